from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest

from rewards.assessment.domain.reach import find_full_value, spread
from rewards.policy.domain.shapes import Linear, PerUnit, Steps

STEPS = Steps(((Fraction(1), Fraction(4)), (Fraction(2), Fraction(10)), (Fraction(3), Fraction(12))))


@pytest.mark.parametrize(
    ("shape", "full"),
    [
        (Linear(Fraction(0), Fraction(3, 4)), Fraction(3, 4)),
        (STEPS, 2),
        (Steps(((Fraction(1), Fraction(4)),)), None),
        (PerUnit(Fraction(3), Fraction(5)), 20),
        (PerUnit(Fraction(0), Fraction(5)), None),
    ],
)
def test_the_value_that_gives_all_points(shape, full):
    indicator = SimpleNamespace(shape=shape, points=Fraction(10))
    assert find_full_value(indicator) == full
    if full is not None:
        assert shape.points(Fraction(full), Fraction(10)) == 10
        assert shape.points(Fraction(full) - Fraction(1, 100), Fraction(10)) < 10


def test_the_city_is_shown_in_quartiles_from_four_units_on():
    points = [Decimal(each) for each in (10, 0, 4, 6, 2)]
    assert spread(points[:3]) is None
    assert list(vars(spread(points)).values()) == [0, 2, 4, 6, 10]
