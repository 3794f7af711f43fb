"""Search for the budget, or the figure of a policy, with which a year reaches an aim.

`settle(value)` gives the outcome with that value. Awards rise or fall with a budget, a rate, a cap; where
they do, the search ends at the last value, of those `step` apart, that still reaches the aim.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from rewards.assessment.domain.outcome import CountedYear, Outcome, settle_year
from rewards.policy.domain.changing import change, figures_of
from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.domain.policy_document import PolicyRefused, build_policy
from rewards.trials.domain.errors import NothingFound, SearchIncomplete, ValueRefused

BUDGET = "budget"
"""What is searched for where it is no figure of the policy."""
SAMPLES = 16
"""How many values between two ends that both miss the aim are tried."""
STEPS = 1000
"""Into how many steps a range is divided where nothing else is said."""
Count = Callable[[RewardPolicy], CountedYear]
"""Counts a year by the rules of a policy."""


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
class Terms:
    """A figure (a path in the policy's document, or BUDGET), the range of its values, and the aim.

    A budget has no parts of a fen, since people sign it: its range is narrowed to whole ones, its step
    widened.
    """

    figure: str
    low: Fraction
    high: Fraction
    step: Fraction
    aim: Aim

    def __post_init__(self) -> None:
        if self.figure == BUDGET:
            low, high, step = (ceil(self.low * 100), floor(self.high * 100), ceil(self.step * 100))
            for name, fen in (("low", low), ("high", high), ("step", step)):
                object.__setattr__(self, name, Fraction(fen, 100))

    def as_json(self) -> dict[str, Any]:
        """Return the terms as they are kept."""
        loss, most = self.aim.most_loss, self.aim.spend_at_most
        return {
            "figure": self.figure,
            **{name: format_exact(getattr(self, name)) for name in ("low", "high", "step")},
            "most_loss": None if loss is None else format_exact(loss),
            "spend_at_most": None if most is None else str(most),
        }


def read_terms(kept: Mapping[str, Any]) -> Terms:
    """Return the terms that `as_json` gave."""
    loss, most = kept["most_loss"], kept["spend_at_most"]
    aim = Aim(None if loss is None else Fraction(loss), None if most is None else Decimal(most))
    low, high, step = (Fraction(kept[name]) for name in ("low", "high", "step"))
    return Terms(kept["figure"], low, high, step, aim)


def searchable_figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a policy's document that can be searched for, by their paths.

    Its own budget is none of them: that of the year, or of the trial, takes its place.
    """
    return {path: value for path, value in figures_of(document) if path != "money.budget"}


def require_terms(terms: Terms, document: Mapping[str, Any]) -> None:
    """Raise SearchIncomplete unless a search of the policy's document can begin."""
    known = terms.figure == BUDGET or terms.figure in searchable_figures(document)
    aims = terms.aim.most_loss is not None or terms.aim.spend_at_most is not None
    if not (known and aims and terms.low < terms.high and terms.step > 0):
        raise SearchIncomplete


@dataclass(frozen=True)
class Found:
    """A value that reaches the aim; `edge` is the nearest one tried that does not, None where all do.

    `tried` has every value in order, the sum of its awards, and whether it reaches the aim.
    """

    value: Fraction
    edge: Fraction | None
    outcome: Outcome
    tried: tuple[tuple[Fraction, Decimal, bool], ...] = ()


def search_policy(
    terms: Terms, document: Mapping[str, Any], budget: Decimal, count: Count, present: Mapping[str, Decimal]
) -> Found:
    """Search as the terms say on the year that `count` counts; `budget` holds where it is not what varies.

    Raises NothingFound, and ValueRefused for a value that the policy cannot have.
    """
    policy = build_policy(document)

    def settle(value: Fraction) -> Outcome:
        if terms.figure == BUDGET:
            return settle_year(policy, count(policy), Decimal(value.numerator) / value.denominator)
        changed = _with_figure(document, terms.figure, value)
        return settle_year(changed, count(changed), budget)

    unit = Fraction(1, 100) if terms.figure == BUDGET else None
    found = search(settle, terms.aim, present, low=terms.low, high=terms.high, step=terms.step, unit=unit)
    if found is None:
        low, high = format_exact(terms.low), format_exact(terms.high)
        raise NothingFound(name=terms.figure, low=low, high=high, number=SAMPLES + 2)
    return found


def _with_figure(document: Mapping[str, Any], figure: str, value: Fraction) -> RewardPolicy:
    try:
        return build_policy(change(document, {figure: str(value)}))
    except PolicyRefused as refused:
        raise ValueRefused(name=figure, value=format_exact(value), problems=refused.problems) from refused


def search(
    settle: Callable[[Fraction], Outcome],
    aim: Aim,
    present: Mapping[str, Decimal],
    *,
    low: Fraction,
    high: Fraction,
    step: Fraction,
    unit: Fraction | None = None,
) -> Found | None:
    """Return a value from `low` to `high` that reaches the aim and borders on one that does not, or None.

    Where only the low end reaches it, that is the highest such value, else the lowest. None says that neither
    end reaches the aim, nor any of `SAMPLES` values between them. What is tried are multiples of a `unit`, as
    `low`, `high` and `step` are.
    """
    tried: dict[Fraction, Outcome] = {}

    def reaches(value: Fraction) -> bool:
        tried[value] = tried.get(value) or settle(value)
        return aim.is_reached(tried[value], present)

    good, bad = _ends(reaches, low, high, unit)
    if good is None:
        return None
    while bad is not None and abs(good - bad) > step:
        steps = abs(good - bad) / step
        middle = good + (step if bad > good else -step) * (int(steps) // 2 or 1)
        good, bad = (middle, bad) if reaches(middle) else (good, middle)
    told = ((each, done.allocation.total, aim.is_reached(done, present)) for each, done in tried.items())
    return Found(good, bad, tried[good], tuple(sorted(told)))


def _ends(
    reaches: Callable[[Fraction], bool], low: Fraction, high: Fraction, unit: Fraction | None
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
        value = value if unit is None else value // unit * unit
        if reaches(value):
            return value, before
        before = value
    return None, None
