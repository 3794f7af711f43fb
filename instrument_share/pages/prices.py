"""The prices of a rule as visitors compare them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from providers.domain.terms import Price, Terms
from providers.domain.words import PriceUnit, UserKind

ELSEWHERE = (UserKind.OUTSIDE, UserKind.ENTERPRISE, UserKind.INDIVIDUAL)


@dataclass(frozen=True)
class PriceFrom:
    """The lowest price for somebody from outside the unit, and what it is for."""

    amount_yuan: Decimal
    unit: PriceUnit


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
