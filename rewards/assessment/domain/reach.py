"""How far an indicator is from full marks, and where the units of the city stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from statistics import quantiles

from rewards.policy.domain.policy import Indicator
from rewards.policy.domain.shapes import Linear, PerUnit, Steps

FEWEST = 4
"""Of fewer units no distribution is shown: it would tell who stands where."""


def find_full_value(indicator: Indicator) -> Fraction | None:
    """Return the value nearest to none that gives all points; None where no value does."""
    match indicator.shape:
        case Linear(_, full):
            return full
        case Steps(steps):
            return next((bound for bound, points in steps if points >= indicator.points), None)
        case PerUnit(points, each):
            return each * ceil(indicator.points / points) if points else None


@dataclass(frozen=True)
class Spread:
    """The city's lowest, quartiles and highest points of an indicator."""

    lowest: Decimal
    first: Decimal
    median: Decimal
    third: Decimal
    highest: Decimal


def spread(points: Iterable[Decimal]) -> Spread | None:
    """Return how points are spread; None for too few units."""
    found = sorted(points)
    if len(found) < FEWEST:
        return None
    first, median, third = quantiles(found, n=4, method="inclusive")
    return Spread(found[0], first, median, third, found[-1])
