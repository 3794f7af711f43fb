from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain.availability import (
    ceil_to_step,
    find_free_intervals,
    find_next_free,
    is_on_step,
)
from instrument_share.kernel.interval import Interval, total_length
from tests.bookings.requests.domain.terms import START, between, hours, local

HALF = timedelta(minutes=30)


def test_free_time_is_the_window_without_closures_and_holds():
    assert find_free_intervals(
        [between("2026-03-02 08:00", "20:00")],
        [between("2026-03-02 12:00", "13:00")],
        [between("2026-03-02 09:00", "10:00")],
    ) == [
        between("2026-03-02 08:00", "09:00"),
        between("2026-03-02 10:00", "12:00"),
        between("2026-03-02 13:00", "20:00"),
    ]


def test_a_new_booking_needs_its_own_turnaround_before_the_next_hold_but_not_before_closing_time():
    assert find_free_intervals(
        [between("2026-03-02 08:00", "20:00")], [], [between("2026-03-02 12:00", "14:15")], HALF
    ) == [
        between("2026-03-02 08:00", "11:30"),
        between("2026-03-02 14:15", "20:00"),
    ]


def test_steps_are_counted_from_midnight_in_the_city():
    seven_hours = hours(7)
    assert is_on_step(local("2026-03-02 07:00"), seven_hours)
    assert is_on_step(local("2026-03-02 21:00"), seven_hours)
    assert ceil_to_step(local("2026-03-02 21:01"), seven_hours) == local("2026-03-03 00:00")


def test_next_free_is_first_start_fitting_shortest_booking():
    stretch = [between("2026-03-02 08:00", "08:40"), between("2026-03-02 11:10", "15:00")]
    assert find_next_free(stretch, HALF, hours(1), local("2026-03-02 08:00")) == between(
        "2026-03-02 11:30", "15:00"
    )
    assert find_next_free(stretch, HALF, hours(1), local("2026-03-02 12:05")) == between(
        "2026-03-02 12:30", "15:00"
    )
    assert find_next_free(stretch, HALF, hours(1), local("2026-03-02 14:05")) is None


minutes = st.integers(0, 3 * 24 * 60)
intervals = st.tuples(minutes, st.integers(1, 600)).map(
    lambda pair: Interval(START + timedelta(minutes=pair[0]), START + timedelta(minutes=pair[0] + pair[1]))
)
turnarounds = st.integers(0, 60).map(lambda count: timedelta(minutes=count))


@given(st.lists(intervals, max_size=6), st.lists(intervals, max_size=6), turnarounds, intervals)
def test_interval_is_free_if_and_only_if_no_hold_overlaps(windows, held, turnaround, asked):
    offered = find_free_intervals(windows, [], held, turnaround)
    fits = any(stretch.contains(asked) for stretch in offered)
    with_turnaround = Interval(asked.start, asked.end + turnaround)
    open_throughout = any(one.contains(asked) for one in find_free_intervals(windows, [], []))
    assert fits == (open_throughout and not any(one.overlaps(with_turnaround) for one in held))


@given(st.lists(intervals, max_size=6), st.lists(intervals, max_size=6), st.lists(intervals, max_size=6))
def test_free_and_taken_time_add_up_to_the_windows(windows, closures, held):
    offered = find_free_intervals(windows, closures, held)
    assert total_length([*offered, *closures, *held]) == total_length(offered) + total_length(
        [*closures, *held]
    )


@pytest.mark.parametrize("step", [timedelta(minutes=15), HALF, hours(2)])
@given(windows=st.lists(intervals, max_size=5))
def test_next_free_starts_on_the_step_and_fits_into_free_time(windows, step):
    offered = find_free_intervals(windows, [], [])
    found = find_next_free(offered, step, step, START)
    if found is None:
        assert not any(fits_on_step(stretch, step) for stretch in offered)
    else:
        assert is_on_step(found.start, step)
        assert found.length >= step
        assert any(stretch.contains(found) for stretch in offered)


def fits_on_step(stretch, step):
    return ceil_to_step(stretch.start, step) + step <= stretch.end
