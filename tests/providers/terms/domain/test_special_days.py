"""Working days between public holidays."""

from datetime import date

import pytest

from providers.terms.domain.choices import DayKind
from providers.terms.domain.special_days import CalendarYearUnknown, DayTable, published_days, published_years

TABLE = DayTable(
    {
        date(2026, 10, 1): DayKind.HOLIDAY,
        date(2026, 10, 2): DayKind.HOLIDAY,
        date(2026, 10, 10): DayKind.WORKDAY,
    },
    frozenset({2026, 2027}),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [(1, False), (2, False), (3, False), (4, False), (5, True), (9, True), (10, True), (11, False)],
)
def test_a_holiday_is_free_and_a_weekend_day_may_be_worked(day, works):
    assert TABLE.is_working_day(date(2026, 10, day)) is works


def test_working_days_are_counted_from_the_day_after():
    start = date(2026, 9, 30)
    assert [TABLE.add_working_days(start, number) for number in (0, 1, 5, 6, 7)] == [
        start,
        date(2026, 10, 5),
        date(2026, 10, 9),
        date(2026, 10, 10),
        date(2026, 10, 12),
    ]


def test_an_unknown_year_is_not_guessed():
    with pytest.raises(CalendarYearUnknown) as refused:
        TABLE.add_working_days(date(2027, 12, 31), 1)
    assert refused.value.params == {"year": 2028}
    assert TABLE.kind(date(2027, 12, 31)) is None


@pytest.mark.parametrize(
    ("first", "last", "known"),
    [
        (date(2026, 1, 1), date(2027, 12, 31), date(2027, 12, 31)),
        (date(2026, 1, 1), date(2028, 5, 1), date(2028, 1, 1)),
        (date(2025, 6, 1), date(2026, 5, 1), date(2025, 6, 1)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 1)),
    ],
)
def test_known_until_stops_at_first_unknown_year(first, last, known):
    assert TABLE.known_until(first, last) == known


def test_the_days_of_a_published_year_have_their_kind_and_name():
    days = {one.date: (one.kind, one.name) for one in published_days(2025)}
    assert days[date(2025, 10, 1)] == (DayKind.HOLIDAY, "国庆节")
    assert days[date(2025, 9, 28)] == (DayKind.WORKDAY, "国庆节")
    assert date(2025, 9, 26) not in days
    assert published_days(1999) == []
    assert all(date(year, 10, 1) in known for year, known in published_years().items())


@pytest.mark.parametrize(("last", "number"), [(30, 0), (25, 0), (5, 1), (9, 5), (10, 6), (11, 6)])
def test_working_days_between_is_inverse_of_adding_them(last, number):
    start = date(2026, 9, 30)
    end = date(2026, 9 if last > 20 else 10, last)
    assert TABLE.working_days_between(start, end) == number
