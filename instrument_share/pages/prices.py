"""Prices of a rule for comparison."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from providers.domain import PriceUnit, ServiceMode, Terms, UserKind


@dataclass(frozen=True)
class PriceRow:
    """A price for a kind of user with its ways of service; none means any."""

    user_kind: UserKind | None
    price_yuan: Decimal
    unit: PriceUnit
    from_time: time | None
    until_time: time | None
    modes: tuple[ServiceMode, ...]


def build_price_rows(terms: Terms | None) -> list[PriceRow]:
    """Return the prices in the order of the rule, joined where only the way of service differs."""
    modes: dict[tuple[UserKind | None, Decimal, PriceUnit, time | None, time | None], list[ServiceMode]] = {}
    for line in terms.prices if terms else ():
        key = (line.user_kind, line.price_yuan, line.unit, line.from_time, line.until_time)
        modes.setdefault(key, []).extend([line.service_mode] if line.service_mode else [])
    return [PriceRow(*key, modes=tuple(of)) for key, of in modes.items()]
