"""How an instrument stands, as a kiosk shows it."""

from datetime import timedelta

import pytest

from bookings.kiosk.domain import Condition, Situation, find_situation
from instrument_share.kernel.interval import Interval
from tests.factories import NOW

HOUR = timedelta(hours=1)


def at(start, end):
    return Interval(NOW + start * HOUR, NOW + end * HOUR)


@pytest.mark.parametrize(
    ("windows", "closures", "holds", "condition", "until"),
    [
        ([at(-1, 10)], [], [], Condition.FREE, 10),
        ([at(-1, 10)], [], [at(2, 3)], Condition.FREE, 2),
        ([at(-1, 10)], [at(1, 3)], [at(2, 3)], Condition.FREE, 1),
        # Windows that touch are one; until the end of what is known nothing changes.
        ([at(-1, 4), at(4, 40)], [], [], Condition.FREE, None),
        ([at(-1, 10)], [], [at(-1, 1), at(1, 2)], Condition.RESERVED, 2),
        ([at(-1, 10)], [at(0, 3)], [at(0, 1)], Condition.CLOSED, 3),
        # A closure that ends in closed hours; what opens behind the horizon is not known.
        ([at(5, 10)], [at(0, 3)], [], Condition.CLOSED, 5),
        ([at(-1, 2)], [at(0, 3)], [], Condition.CLOSED, None),
        ([at(-1, 10)], [at(0, 60)], [], Condition.CLOSED, 60),
        ([at(5, 10)], [], [], Condition.CLOSED, 5),
        ([at(5, 10)], [at(4, 6)], [], Condition.CLOSED, 6),
        ([], [], [], Condition.CLOSED, None),
    ],
)
def test_instrument_is_free_reserved_or_closed_until_that_changes(windows, closures, holds, condition, until):
    found = find_situation(NOW, windows=windows, closures=closures, holds=holds, horizon=NOW + 40 * HOUR)
    assert found == Situation(condition, None if until is None else NOW + until * HOUR)
