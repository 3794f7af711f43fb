"""The prices of a rule as a table: a row for each service and time, a column for each kind of user."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from providers.terms.domain.choices import UserKind
from providers.terms.domain.terms import Price, TermsDraft

Cells = tuple[Decimal | None, ...]


@dataclass(frozen=True)
class PriceTable:
    """The kinds of user that may book, and the rows, each with an amount for each kind."""

    kinds: tuple[UserKind, ...]
    rows: tuple["PriceTableRow", ...]


@dataclass(frozen=True)
class PriceTableRow:
    """What the amounts of a row are for; they differ at most in the mode of service."""

    lines: tuple[Price, ...]
    """One line for each mode of service with these amounts; their own price and kind mean nothing here."""
    amounts: Cells
    """In the order of the table's kinds; None where the rule has no such price for them."""

    @property
    def line(self) -> Price:
        return self.lines[0]


def price_table(terms: TermsDraft) -> PriceTable:
    """The table, its rows in the order of the rule; rows that differ in the mode alone are one."""
    kinds = tuple(kind for kind in UserKind if kind in terms.user_kinds)
    keys = dict.fromkeys(_without_user_kind(line) for line in terms.prices)
    rows: dict[tuple[Price, Cells], list[Price]] = {}
    for key in keys:
        amounts = tuple(_amount(terms.prices, key, kind) for kind in kinds)
        if any(amount is not None for amount in amounts):
            rows.setdefault((replace(key, service_mode=None), amounts), []).append(key)
    return PriceTable(
        kinds, tuple(PriceTableRow(tuple(lines), amounts) for (_key, amounts), lines in rows.items())
    )


def _without_user_kind(line: Price) -> Price:
    weekdays = tuple(sorted(set(line.weekdays)))
    return replace(line, price_yuan=Decimal(), user_kind=None, weekdays=weekdays)


def _amount(prices: Sequence[Price], key: Price, kind: UserKind) -> Decimal | None:
    """The line for this kind of user counts before the one for everybody; of equals, the cheapest."""
    lines = [line for line in prices if _without_user_kind(line) == key and line.user_kind in (kind, None)]
    best = min(lines, key=lambda line: (line.user_kind is None, line.price_yuan), default=None)
    return None if best is None else best.price_yuan
