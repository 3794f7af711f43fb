"""Reported − excluded − overlap = counted, in entries and in hours.

Hours are rounded to two decimals once, and those reported are the sum of the others, so that what is shown
adds up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rewards.policy.domain.figures import format_rounded, to_hours

STEPS = ("reported", "excluded", "overlap", "counted")


@dataclass(frozen=True)
class Amount:
    """So many entries with so many hours."""

    entries: int
    hours: Decimal

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.entries + other.entries, self.hours + other.hours)


@dataclass(frozen=True)
class Balance:
    """What was left out for a reason, what overlaps took, and what counts.

    An entry that overlaps took in part counts; of one taken as a whole the entry is the overlap's too.
    """

    excluded: Amount
    overlap: Amount
    counted: Amount

    @property
    def reported(self) -> Amount:
        """All of it together."""
        return self.excluded + self.overlap + self.counted

    def as_json(self) -> dict[str, Any]:
        """Return entries and hours of each step."""
        steps = {step: getattr(self, step) for step in STEPS}
        return {step: {"entries": each.entries, "hours": str(each.hours)} for step, each in steps.items()}


def balance_use(
    excluded: Mapping[str, tuple[int, int]], counted: int, effective: Fraction, cut: Fraction
) -> Balance:
    """Return the balance of entries: those left out by their reasons, those that count, time cut off them."""
    whole, seconds = excluded.get("overlap", (0, 0))
    others = [_amount(*each) for reason, each in excluded.items() if reason != "overlap"]
    return Balance(
        excluded=sum(others, NOTHING),
        overlap=_amount(whole, seconds + cut),
        counted=_amount(counted, effective),
    )


def add_balances(balances: Iterable[Balance]) -> Balance:
    """Return the balance of all of them together."""
    total = Balance(NOTHING, NOTHING, NOTHING)
    for each in balances:
        total = Balance(
            total.excluded + each.excluded, total.overlap + each.overlap, total.counted + each.counted
        )
    return total


NOTHING = Amount(0, Decimal("0.00"))


def _amount(entries: int, seconds: Fraction | int) -> Amount:
    return Amount(entries, Decimal(format_rounded(to_hours(seconds))))
