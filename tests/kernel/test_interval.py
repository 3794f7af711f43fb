"""The algebra of half-open intervals."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.kernel.interval import Interval, intersect, merge, subtract, total_length

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def between(start, end):
    """Minutes of a day."""
    return Interval(DAY + timedelta(minutes=start), DAY + timedelta(minutes=end))


def minutes(intervals):
    return [
        (int((one.start - DAY).total_seconds() // 60), int((one.end - DAY).total_seconds() // 60))
        for one in intervals
    ]


def test_an_interval_is_kept_in_utc():
    local = timezone(timedelta(hours=8))
    one = Interval(datetime(2026, 3, 2, 8, tzinfo=local), datetime(2026, 3, 2, 9, tzinfo=local))
    assert (one.start.tzinfo, one.end.tzinfo, one.length) == (UTC, UTC, timedelta(hours=1))
    assert one == between(0, 60)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (DAY, DAY),
        (DAY + timedelta(seconds=1), DAY),
        (DAY.replace(tzinfo=None), DAY + timedelta(hours=1)),
        (DAY, (DAY + timedelta(hours=1)).replace(tzinfo=None)),
    ],
)
def test_an_empty_or_naive_interval_is_refused(start, end):
    with pytest.raises(ValueError, match="interval"):
        Interval(start, end)


@pytest.mark.parametrize(
    ("other", "overlaps", "contained", "common"),
    [
        ((0, 10), False, False, None),
        ((0, 11), True, False, (10, 11)),
        ((10, 20), True, True, (10, 20)),
        ((11, 19), True, True, (11, 19)),
        ((9, 21), True, False, (10, 20)),
        ((19, 21), True, False, (19, 20)),
        ((20, 30), False, False, None),
        ((25, 30), False, False, None),
    ],
)
def test_touching_intervals_do_not_overlap(other, overlaps, contained, common):
    one, second = between(10, 20), between(*other)
    assert (one.overlaps(second), second.overlaps(one)) == (overlaps, overlaps)
    assert one.contains(second) is contained
    assert one.intersection(second) == second.intersection(one) == (common and between(*common))


@pytest.mark.parametrize(
    ("intervals", "result"),
    [
        ([], []),
        ([(10, 20), (0, 5)], [(0, 5), (10, 20)]),
        ([(0, 10), (10, 20)], [(0, 20)]),
        ([(0, 30), (10, 20), (25, 40)], [(0, 40)]),
        ([(0, 9), (10, 20)], [(0, 9), (10, 20)]),
    ],
)
def test_merged(intervals, result):
    assert minutes(merge(between(*one) for one in intervals)) == result


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(10, 20), (30, 40)]),
        ([(0, 10), (20, 30)], [(10, 20), (30, 40)]),
        ([(10, 20)], [(30, 40)]),
        ([(12, 14), (16, 18)], [(10, 12), (14, 16), (18, 20), (30, 40)]),
        ([(15, 35)], [(10, 15), (35, 40)]),
        ([(0, 50)], []),
        ([(0, 5), (5, 12)], [(12, 20), (30, 40)]),
        ([(18, 20), (40, 41)], [(10, 18), (30, 40)]),
    ],
)
def test_subtracted(taken, left):
    open_time = [between(30, 40), between(10, 20)]
    assert minutes(subtract(open_time, [between(*one) for one in taken])) == left


@pytest.mark.parametrize(
    ("others", "common"),
    [
        ([], []),
        ([(20, 30)], []),
        ([(15, 35)], [(15, 20), (30, 35)]),
        ([(0, 12), (18, 32), (38, 39)], [(10, 12), (18, 20), (30, 32), (38, 39)]),
        ([(10, 20), (30, 40)], [(10, 20), (30, 40)]),
    ],
)
def test_intersected(others, common):
    mine, theirs = [between(30, 40), between(10, 20)], [between(*one) for one in others]
    assert minutes(intersect(mine, theirs)) == minutes(intersect(theirs, mine)) == common


def test_time_that_is_covered_twice_is_counted_once():
    assert total_length([between(0, 10), between(5, 15), between(20, 30)]) == timedelta(minutes=25)
    assert total_length([]) == timedelta()


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10)).map(lambda one: between(one[0], one[0] + one[1])),
    max_size=6,
)


@given(spans, spans)
def test_difference_and_intersection_make_the_whole(one, other):
    def covered(intervals):
        return {at for start, end in minutes(intervals) for at in range(start, end)}

    assert covered(subtract(one, other)) == covered(one) - covered(other)
    assert covered(intersect(one, other)) == covered(one) & covered(other)
    for result in (subtract(one, other), intersect(one, other), merge(one)):
        assert all(first.end < second.start for first, second in pairwise(result))
