"""The prices of a rule as visitors compare them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from providers.domain.terms import Price, Terms
from providers.domain.words import PriceUnit, ServiceMode, UserKind

ELSEWHERE = (UserKind.OUTSIDE, UserKind.ENTERPRISE, UserKind.INDIVIDUAL)


@dataclass(frozen=True)
class PriceFrom:
    """The lowest price for somebody from outside the unit, and what it is for."""

    amount_yuan: Decimal
    unit: PriceUnit


@dataclass(frozen=True)
class PriceRow:
    """One price for a kind of user, and the ways of service that it is for; none for any."""

    user_kind: UserKind | None
    price_yuan: Decimal
    unit: PriceUnit
    from_time: time | None
    until_time: time | None
    modes: tuple[ServiceMode, ...]


def price_table(terms: Terms | None) -> list[PriceRow]:
    """The prices of a rule, one row where only the way of service differs, in the order of the rule."""
    modes: dict[tuple[UserKind | None, Decimal, PriceUnit, time | None, time | None], list[ServiceMode]] = {}
    for line in terms.prices if terms else ():
        key = (line.user_kind, line.price_yuan, line.unit, line.from_time, line.until_time)
        modes.setdefault(key, []).extend([line.service_mode] if line.service_mode else [])
    return [PriceRow(*key, modes=tuple(of)) for key, of in modes.items()]


def price_from(terms: Terms | None) -> PriceFrom | None:
    """The lowest hourly price for outside users, else of another kind; None where none may come."""
    if terms is None:
        return None
    lines = [line for line in terms.prices if _is_for_others(line, terms.user_kinds)]
    hourly = [line for line in lines if line.unit is PriceUnit.HOUR]
    cheapest = min(hourly or lines, key=lambda line: line.price_yuan, default=None)
    return PriceFrom(cheapest.price_yuan, cheapest.unit) if cheapest else None


def _is_for_others(line: Price, admitted: Iterable[UserKind]) -> bool:
    kinds = set(admitted) & set(ELSEWHERE)
    return bool(kinds) if line.user_kind is None else line.user_kind in kinds
