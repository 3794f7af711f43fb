"""Opening patterns expanded: exact instants, in Shanghai and in UTC, with public holidays and 调休 days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.terms import openings
from providers.terms.domain.choices import DayKind, Frequency, HolidayTreatment
from providers.terms.domain.special_days import CalendarYearUnknown, DayTable, published_years
from providers.terms.domain.terms import OpeningPattern

SHIFTED, CLOSED, IGNORED = (
    HolidayTreatment.CLOSED_AND_SHIFTED,
    HolidayTreatment.CLOSED,
    HolidayTreatment.IGNORED,
)
DAYS = DayTable(
    {day: kind for days in published_years().values() for day, kind in days.items()},
    frozenset(published_years()),
)
NINE_TO_FIVE = {"opens": time(9), "closes": time(17)}


def opened(first, last, *patterns, holidays=IGNORED, days=DAYS):
    events = [event for _, event in openings.calendar_rows("test", patterns)[1]]
    return openings.openings(events, holidays, first, last, days)


def dates(*asked, **more):
    return [f"{one.start.astimezone(openings.CITY_TIME):%m-%d}" for one in opened(*asked, **more)]


def weekly(*weekdays, starts_on=date(2025, 9, 1), **more):
    return OpeningPattern(**{**NINE_TO_FIVE, **more}, starts_on=starts_on, weekdays=weekdays)


def monthly(nth, weekday, **more):
    return weekly(
        weekday, frequency=Frequency.MONTHLY_BY_WEEKDAY, nth=nth, starts_on=date(2025, 1, 1), **more
    )


def test_weekly_on_several_weekdays():
    """django-scheduler would keep the start's weekday only, were they written as numbers."""
    assert dates(date(2025, 9, 1), date(2025, 9, 15), weekly(0, 2, 4)) == [
        "09-01",
        "09-03",
        "09-05",
        "09-08",
        "09-10",
        "09-12",
    ]


def test_early_hours_stay_on_their_weekday():
    """06:00 on a Monday in Shanghai is 22:00 on Sunday in UTC, where Monday would be another day."""
    (window,) = opened(date(2025, 9, 1), date(2025, 9, 8), weekly(0, opens=time(6), closes=time(7)))
    assert window.start == datetime(2025, 8, 31, 22, tzinfo=UTC)
    assert window.end == datetime(2025, 8, 31, 23, tzinfo=UTC)


def test_every_two_weeks_counts_from_the_week_of_the_start():
    pattern = weekly(0, 4, interval=2, starts_on=date(2025, 9, 3))  # a Wednesday
    assert dates(date(2025, 9, 1), date(2025, 10, 5), pattern) == [
        "09-05",
        "09-15",
        "09-19",
        "09-29",
        "10-03",
    ]


def test_hours_through_the_last_day_there_is_open_until_then():
    pattern = weekly(0, until=date.max)
    assert dates(date(2025, 9, 1), date(2025, 9, 15), pattern) == ["09-01", "09-08"]


def test_last_friday_of_the_month():
    assert dates(date(2025, 9, 1), date(2026, 1, 1), monthly(-1, 4)) == ["09-26", "10-31", "11-28", "12-26"]


def test_fifth_monday_skips_months_without_one():
    assert dates(date(2025, 1, 1), date(2026, 1, 1), monthly(5, 0)) == ["03-31", "06-30", "09-29", "12-29"]


def test_first_wednesday_every_three_months():
    assert dates(date(2025, 1, 1), date(2026, 1, 1), monthly(1, 2, interval=3)) == [
        "01-01",
        "04-02",
        "07-02",
        "10-01",
    ]


def test_overnight_hours_end_the_next_day():
    (window,) = opened(date(2025, 9, 5), date(2025, 9, 6), weekly(4, opens=time(20), closes=time(8)))
    assert (window.start, window.end) == (
        datetime(2025, 9, 5, 12, tzinfo=UTC),
        datetime(2025, 9, 6, 0, tzinfo=UTC),
    )


def test_touching_and_overlapping_hours_are_one_window():
    morning = weekly(0, opens=time(8), closes=time(12))
    noon = weekly(0, opens=time(12), closes=time(13))
    long = weekly(0, opens=time(12, 30), closes=time(18))
    (window,) = opened(date(2025, 9, 1), date(2025, 9, 2), morning, noon, long)
    assert window.length == timedelta(hours=10)


def test_public_holidays_are_closed_and_the_shifted_saturday_has_mondays_hours():
    """National Day and Mid-Autumn 2025: off from 1 to 8 October, worked on 28 September and 11 October."""
    weekdays = weekly(0, 1, 2, 3, 4)
    asked = date(2025, 9, 27), date(2025, 10, 13), weekdays
    assert dates(*asked, holidays=SHIFTED) == ["09-28", "09-29", "09-30", "10-09", "10-10", "10-11"]
    assert dates(*asked, holidays=CLOSED) == ["09-29", "09-30", "10-09", "10-10"]
    assert len(dates(*asked, holidays=IGNORED)) == 10


def test_a_shifted_day_is_a_monday_and_nothing_else():
    """Saturday 11 October 2025 is worked: it has Monday's hours instead of its own."""
    monday = weekly(0, opens=time(8), closes=time(9))
    saturday = weekly(5, opens=time(20), closes=time(21))
    tuesday = weekly(1, opens=time(10), closes=time(11))
    (window,) = opened(date(2025, 10, 11), date(2025, 10, 12), monday, saturday, tuesday, holidays=SHIFTED)
    assert window.start == datetime(2025, 10, 11, 0, tzinfo=UTC)


def test_a_shifted_day_in_the_first_week_finds_mondays_hours_of_that_week():
    pattern = weekly(0, starts_on=date(2025, 10, 9))  # Thursday of the week of the worked Saturday
    assert dates(date(2025, 10, 1), date(2025, 10, 14), pattern, holidays=SHIFTED) == ["10-11", "10-13"]


def test_a_shifted_day_does_not_become_the_first_monday_of_the_month():
    """The first Monday, 6 October 2025, is a holiday; the Saturday worked in that week stays closed."""
    assert dates(date(2025, 10, 1), date(2025, 10, 14), monthly(1, 0), holidays=SHIFTED) == []
    assert dates(date(2025, 10, 1), date(2025, 10, 14), monthly(2, 0), holidays=SHIFTED) == ["10-13"]


def test_an_opening_belongs_to_the_day_on_which_it_begins():
    night = weekly(1, 2, opens=time(20), closes=time(8))
    (window,) = opened(date(2025, 9, 30), date(2025, 10, 2), night, holidays=CLOSED)
    assert window.start == datetime(2025, 9, 30, 12, tzinfo=UTC)
    assert window.end == datetime(2025, 10, 1, 0, tzinfo=UTC)


def test_the_last_day_is_included_and_nothing_after_it():
    pattern = weekly(0, 1, opens=time(23), closes=time(1), until=date(2025, 9, 8))
    assert dates(date(2025, 9, 1), date(2025, 10, 1), pattern) == ["09-01", "09-02", "09-08"]


def test_an_unknown_year_is_an_error_that_names_it():
    pattern = weekly(0)
    with pytest.raises(CalendarYearUnknown) as refused:
        opened(date(2026, 12, 25), date(2027, 1, 5), pattern, holidays=CLOSED)
    assert refused.value.params == {"year": 2027}
    assert "2027" in str(refused.value)
    assert dates(date(2026, 12, 25), date(2027, 1, 5), pattern, holidays=IGNORED) == ["12-28", "01-04"]


PATTERNS = st.builds(
    lambda weekly, nth, weekdays, **rest: OpeningPattern(
        frequency=Frequency.WEEKLY if weekly else Frequency.MONTHLY_BY_WEEKDAY,
        nth=None if weekly else nth,
        weekdays=tuple(sorted(weekdays)) if weekly else (min(weekdays),),
        **rest,
    ),
    weekly=st.booleans(),
    nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    opens=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    closes=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    starts_on=st.dates(date(2024, 1, 1), date(2025, 6, 1)),
    interval=st.integers(1, 5),
    until=st.none() | st.dates(date(2025, 6, 1), date(2026, 6, 1)),
)


@given(st.lists(PATTERNS, min_size=1, max_size=4))
def test_stored_pattern_is_read_back(patterns):
    events = [event for _, event in openings.calendar_rows("test", patterns)[1]]
    assert openings.opening_patterns(events) == tuple(patterns)


@given(PATTERNS, st.sampled_from(HolidayTreatment), st.dates(date(2025, 1, 1), date(2026, 5, 1)))
def test_expansion_is_repeatable_and_splittable(pattern, holidays, middle):
    first, last = date(2024, 12, 1), date(2026, 6, 1)
    whole = opened(first, last, pattern, holidays=holidays)
    assert opened(first, last, pattern, holidays=holidays) == whole
    pieces = opened(first, middle, pattern, holidays=holidays) + opened(
        middle, last, pattern, holidays=holidays
    )
    assert openings.merge(pieces) == whole


@given(PATTERNS)
def test_no_opening_begins_on_a_day_that_the_pattern_does_not_name(pattern):
    for window in opened(date(2024, 12, 1), date(2026, 6, 1), pattern, holidays=CLOSED):
        begins = window.start.astimezone(openings.CITY_TIME)
        assert begins.time() == pattern.opens
        assert begins.weekday() in pattern.weekdays or pattern.opens == pattern.closes
        assert pattern.starts_on <= begins.date() <= (pattern.until or date.max)
        assert DAYS.kind(begins.date()) is not DayKind.HOLIDAY


def test_working_days_skip_weekends_and_holidays_and_count_shifted_days():
    assert DAYS.add_working_days(date(2025, 9, 26), 5) == date(2025, 10, 10)  # 28, 29, 30, 9, 10
    assert DAYS.add_working_days(date(2025, 9, 1), 0) == date(2025, 9, 1)
    assert DAYS.working_days_between(date(2025, 9, 26), date(2025, 10, 10)) == 5
    assert DAYS.working_days_between(date(2025, 9, 1), date(2025, 9, 1)) == 0
    with pytest.raises(CalendarYearUnknown):
        DAYS.add_working_days(date(2026, 12, 30), 5)
