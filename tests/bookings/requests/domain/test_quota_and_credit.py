from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain import credit
from bookings.requests.domain.quota import (
    bookings_in,
    exceeded,
    month_of,
    reach,
    spans_of,
    time_in,
    week_of,
    year_of,
)
from instrument_share.kernel.interval import Interval
from providers.terms.domain.terms import Quota
from providers.terms.domain.words import QuotaHolder, QuotaSpan
from tests.bookings.requests.domain.terms import START, between, hours, local

MINUTE = timedelta(minutes=1)


def test_a_week_begins_on_monday_at_midnight_in_the_city():
    monday_early = local("2026-03-02 00:30")  # still Sunday in UTC
    assert week_of(monday_early) == between("2026-03-02 00:00", "2026-03-09 00:00")
    assert week_of(local("2026-03-01 23:59")) == between("2026-02-23 00:00", "2026-03-02 00:00")


def test_a_month_begins_on_its_first_at_midnight_in_the_city():
    assert month_of(local("2026-12-01 00:00")) == between("2026-12-01 00:00", "2027-01-01 00:00")
    assert month_of(local("2026-02-28 23:59")) == between("2026-02-01 00:00", "2026-03-01 00:00")
    assert year_of(2026) == between("2026-01-01 00:00", "2027-01-01 00:00")


def test_a_booking_over_the_edge_of_a_week_counts_with_its_part_in_each_and_once_as_a_booking():
    night = between("2026-03-01 22:00", "2026-03-02 01:00")
    first, second = spans_of(QuotaSpan.WEEK, night)
    assert (time_in(first, [night]), time_in(second, [night])) == (hours(2), hours(1))
    assert (bookings_in(first, [night]), bookings_in(second, [night])) == (1, 0)
    assert spans_of(QuotaSpan.MONTH, night) == [between("2026-03-01 00:00", "2026-04-01 00:00")]


@given(st.integers(0, 60 * 24 * 400), st.integers(1, 60 * 24 * 40))
def test_days_weeks_and_months_split_a_booking_without_loss(start, length):
    booking = Interval(START + start * MINUTE, START + (start + length) * MINUTE)
    for span in QuotaSpan:
        parts = [time_in(one, [booking]) for one in spans_of(span, booking)]
        assert sum(parts, timedelta()) == length * MINUTE


def test_other_bookings_matter_as_far_as_the_holders_widest_quota_reaches():
    asked = between("2026-03-31 22:00", "2026-04-01 02:00")
    by_day, by_week = (
        Quota(QuotaHolder.USER, QuotaSpan.DAY, hours(1)),
        Quota(QuotaHolder.USER, QuotaSpan.WEEK, hours(1)),
    )
    by_month = Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, hours(1))
    assert reach([by_day, by_month], QuotaHolder.USER, asked) == between(
        "2026-03-31 00:00", "2026-04-02 00:00"
    )
    assert reach([by_day, by_week], QuotaHolder.USER, asked) == between(
        "2026-03-30 00:00", "2026-04-06 00:00"
    )
    assert reach([by_month], QuotaHolder.ORGANIZATION, asked) == between(
        "2026-03-01 00:00", "2026-05-01 00:00"
    )
    assert reach([by_month], QuotaHolder.USER, asked) is None


def test_three_events_that_count_at_once_suspend_until_the_first_of_them_ends():
    now = local("2026-03-02 09:00")
    ends = [now + timedelta(days=days) for days in (-1, 10, 20, 30)]
    assert credit.suspended_until(ends, now) == now + timedelta(days=10)
    assert credit.suspended_until(ends, now + timedelta(days=10)) is None
    assert credit.suspended_until(ends[:3], now) is None


def test_time_counts_to_the_second():
    day = between("2026-03-02 00:00", "2026-03-03 00:00")
    booking = Interval(day.start, day.start + timedelta(seconds=119))
    assert time_in(day, [booking]) == timedelta(seconds=119)


def test_a_quota_is_exceeded_by_more_than_it_allows():
    asked = between("2026-03-02 09:00", "10:00")
    others = [between("2026-03-02 11:00", "12:00"), between("2026-03-01 11:00", "12:00")]

    def of_a_day(time=None, bookings=None):
        return exceeded(Quota(QuotaHolder.USER, QuotaSpan.DAY, time, bookings), asked, others)

    assert of_a_day() == (False, False)
    limits = [timedelta(minutes=minutes) for minutes in (119, 120, 121)]
    assert [of_a_day(time=limit)[0] for limit in limits] == [True, False, False]
    assert [of_a_day(bookings=bookings)[1] for bookings in (1, 2, 3)] == [True, False, False]


def test_a_booking_that_ends_at_midnight_touches_one_day():
    evening = between("2026-03-02 22:00", "2026-03-03 00:00")
    assert spans_of(QuotaSpan.DAY, evening) == [between("2026-03-02 00:00", "2026-03-03 00:00")]
