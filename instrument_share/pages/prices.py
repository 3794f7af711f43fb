"""Prices of a rule for comparison."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from providers.domain import PriceUnit, ServiceMode, Terms, UserKind


@dataclass(frozen=True)
class PriceRow:
    """A price for a kind of user with its ways of service and weekdays; none means any."""

    user_kind: UserKind | None
    price_yuan: Decimal
    unit: PriceUnit
    from_time: time | None
    until_time: time | None
    weekdays: tuple[int, ...]
    modes: tuple[ServiceMode, ...]


Key = tuple[UserKind | None, Decimal, PriceUnit, time | None, time | None, tuple[int, ...]]


def build_price_rows(terms: Terms | None) -> list[PriceRow]:
    """Return the prices in the order of the rule, joined where only the way of service differs."""
    modes: dict[Key, list[ServiceMode | None]] = {}
    for line in terms.prices if terms else ():
        weekdays = tuple(sorted(set(line.weekdays)))
        key = (line.user_kind, line.price_yuan, line.unit, line.from_time, line.until_time, weekdays)
        modes.setdefault(key, []).append(line.service_mode)
    return [PriceRow(*key, modes=_join(of)) for key, of in modes.items()]


def _join(modes: list[ServiceMode | None]) -> tuple[ServiceMode, ...]:
    """Return the ways of service that are named; none where one of the prices is for any."""
    named = tuple(mode for mode in modes if mode is not None)
    return named if len(named) == len(modes) else ()
