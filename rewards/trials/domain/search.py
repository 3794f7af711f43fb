"""Search for the budget, or the figure of a policy, with which a year reaches an aim.

`settle(value)` gives the outcome with that value. Awards rise or fall with a budget, a rate, a cap; where
they do, the search ends at the last value, of those `step` apart, that still reaches the aim.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rewards.assessment.domain.outcome import Outcome

SAMPLES = 16
"""How many values between two ends that both miss the aim are tried."""


@dataclass(frozen=True)
class Aim:
    """What an outcome has to reach.

    Nobody loses more than the part `most_loss` of the present award; `spend_at_most` is spent in all.
    """

    most_loss: Fraction | None = None
    spend_at_most: Decimal | None = None

    def is_reached(self, outcome: Outcome, present: Mapping[str, Decimal]) -> bool:
        """Return whether the outcome reaches it; `present` are the present awards by USCC."""
        if self.spend_at_most is not None and outcome.allocation.total > self.spend_at_most:
            return False
        if self.most_loss is None:
            return True
        awards = {award.uscc: award.amount for award in outcome.allocation.awards}
        kept = 1 - self.most_loss
        return all(Fraction(awards.get(uscc, 0)) >= kept * Fraction(was) for uscc, was in present.items())


@dataclass(frozen=True)
class Found:
    """A value that reaches the aim; `edge` is the nearest one tried that does not, None where all do."""

    value: Fraction
    edge: Fraction | None
    outcome: Outcome


def search(
    settle: Callable[[Fraction], Outcome],
    aim: Aim,
    present: Mapping[str, Decimal],
    *,
    low: Fraction,
    high: Fraction,
    step: Fraction,
) -> Found | None:
    """Return a value from `low` to `high` that reaches the aim and borders on one that does not, or None.

    Where only the low end reaches it, that is the highest such value, else the lowest. None says that neither
    end reaches the aim, nor any of `SAMPLES` values between them.
    """
    tried: dict[Fraction, Outcome] = {}

    def reaches(value: Fraction) -> bool:
        tried[value] = tried.get(value) or settle(value)
        return aim.is_reached(tried[value], present)

    good, bad = _ends(reaches, low, high)
    if good is None:
        return None
    while bad is not None and abs(good - bad) > step:
        steps = abs(good - bad) / step
        middle = good + (step if bad > good else -step) * (int(steps) // 2 or 1)
        good, bad = (middle, bad) if reaches(middle) else (good, middle)
    return Found(good, bad, tried[good])


def _ends(
    reaches: Callable[[Fraction], bool], low: Fraction, high: Fraction
) -> tuple[Fraction | None, Fraction | None]:
    """Return a value that reaches the aim and one that does not."""
    at_low, at_high = reaches(low), reaches(high)
    if at_low and at_high:
        return low, None
    if at_low or at_high:
        return (low, high) if at_low else (high, low)
    before = low
    for number in range(1, SAMPLES + 1):
        value = low + (high - low) * Fraction(number, SAMPLES + 1)
        if reaches(value):
            return value, before
        before = value
    return None, None
