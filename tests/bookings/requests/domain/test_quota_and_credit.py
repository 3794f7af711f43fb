from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain import credit
from bookings.requests.domain.quota import (
    check_quota,
    count_bookings,
    get_month_interval,
    get_relevant_interval,
    get_span_intervals,
    get_week_interval,
    get_year_interval,
    sum_time,
)
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import QuotaHolder, QuotaSpan
from providers.terms.domain.terms import Quota
from tests.bookings.requests.domain.terms import START, between, hours, local

MINUTE = timedelta(minutes=1)


def test_a_week_begins_on_monday_at_midnight_in_the_city():
    monday_early = local("2026-03-02 00:30")  # still Sunday in UTC
    assert get_week_interval(monday_early) == between("2026-03-02 00:00", "2026-03-09 00:00")
    assert get_week_interval(local("2026-03-01 23:59")) == between("2026-02-23 00:00", "2026-03-02 00:00")


def test_a_month_begins_on_its_first_at_midnight_in_the_city():
    assert get_month_interval(local("2026-12-01 00:00")) == between("2026-12-01 00:00", "2027-01-01 00:00")
    assert get_month_interval(local("2026-02-28 23:59")) == between("2026-02-01 00:00", "2026-03-01 00:00")
    assert get_year_interval(2026) == between("2026-01-01 00:00", "2027-01-01 00:00")


def test_booking_across_weeks_splits_time_and_counts_once():
    night = between("2026-03-01 22:00", "2026-03-02 01:00")
    first, second = get_span_intervals(QuotaSpan.WEEK, night)
    assert (sum_time(first, [night]), sum_time(second, [night])) == (hours(2), hours(1))
    assert (count_bookings(first, [night]), count_bookings(second, [night])) == (1, 0)
    assert get_span_intervals(QuotaSpan.MONTH, night) == [between("2026-03-01 00:00", "2026-04-01 00:00")]


@given(st.integers(0, 60 * 24 * 400), st.integers(1, 60 * 24 * 40))
def test_days_weeks_and_months_split_a_booking_without_loss(start, length):
    booking = Interval(START + start * MINUTE, START + (start + length) * MINUTE)
    for span in QuotaSpan:
        parts = [sum_time(one, [booking]) for one in get_span_intervals(span, booking)]
        assert sum(parts, timedelta()) == length * MINUTE


def test_widest_quota_span_limits_relevant_bookings():
    asked = between("2026-03-31 22:00", "2026-04-01 02:00")
    by_day, by_week = (
        Quota(QuotaHolder.USER, QuotaSpan.DAY, hours(1)),
        Quota(QuotaHolder.USER, QuotaSpan.WEEK, hours(1)),
    )
    by_month = Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, hours(1))
    assert get_relevant_interval([by_day, by_month], QuotaHolder.USER, asked) == between(
        "2026-03-31 00:00", "2026-04-02 00:00"
    )
    assert get_relevant_interval([by_day, by_week], QuotaHolder.USER, asked) == between(
        "2026-03-30 00:00", "2026-04-06 00:00"
    )
    assert get_relevant_interval([by_month], QuotaHolder.ORGANIZATION, asked) == between(
        "2026-03-01 00:00", "2026-05-01 00:00"
    )
    assert get_relevant_interval([by_month], QuotaHolder.USER, asked) is None


def test_three_events_that_count_at_once_suspend_until_the_first_of_them_ends():
    now = local("2026-03-02 09:00")
    ends = [now + timedelta(days=days) for days in (-1, 10, 20, 30)]
    assert credit.get_suspension_end(ends, now) == now + timedelta(days=10)
    assert credit.get_suspension_end(ends, now + timedelta(days=10)) is None
    assert credit.get_suspension_end(ends[:3], now) is None


def test_incomplete_minutes_do_not_count():
    day = between("2026-03-02 00:00", "2026-03-03 00:00")
    booking = Interval(day.start, day.start + timedelta(seconds=119))
    assert sum_time(day, [booking]) == timedelta(minutes=1)


def test_quota_is_exceeded_only_above_its_limit():
    asked = between("2026-03-02 09:00", "10:00")
    others = [between("2026-03-02 11:00", "12:00"), between("2026-03-01 11:00", "12:00")]

    def of_a_day(minutes=None, bookings=None):
        return check_quota(Quota(QuotaHolder.USER, QuotaSpan.DAY, minutes, bookings), asked, others)

    assert of_a_day() == (False, False)
    assert [of_a_day(minutes * MINUTE)[0] for minutes in (119, 120, 121)] == [True, False, False]
    assert [of_a_day(bookings=bookings)[1] for bookings in (1, 2, 3)] == [True, False, False]


def test_a_booking_that_ends_at_midnight_touches_one_day():
    evening = between("2026-03-02 22:00", "2026-03-03 00:00")
    assert get_span_intervals(QuotaSpan.DAY, evening) == [between("2026-03-02 00:00", "2026-03-03 00:00")]
