"""Entering public holidays, and what it would change before it is done."""

from datetime import date, datetime, time, timedelta

import pytest

from instrument_share.kernel.errors import Invalid
from instrument_share.kernel.interval import Interval, subtract
from providers.terms.domain.choices import DayKind, HolidayTreatment
from providers.terms.domain.holiday_list import days_to_text, parse_days
from providers.terms.domain.special_days import Day, DayTable, published_days
from providers.terms.domain.terms import DayException, OpeningPattern
from providers.terms.selectors.holiday_effects import window_changes
from providers.terms.selectors.rules import open_windows
from providers.terms.selectors.workdays import calendar_year, known_years
from providers.terms.services.holidays import calendar_year_set
from providers.terms.services.windows import windows_extend
from tests.providers.conftest import NOW, published, terms
from tests.providers.terms.recurrence import local, publish, said

HOLIDAY, WORKDAY = DayKind.HOLIDAY, DayKind.WORKDAY


def test_a_list_is_read_in_the_words_and_dates_that_offices_write():
    days, problems = parse_days(
        [
            ["日期", "类别", "名称"],
            ["2027-01-01", "休", "元旦"],
            ["2027年2月7日", "放假", "春节"],
            [datetime(2027, 2, 20), "班", "春节调休"],
            ["", "", ""],
            [20271001.0, "Holiday"],
        ]
    )
    assert problems == []
    assert days == [
        Day(date(2027, 1, 1), HOLIDAY, "元旦"),
        Day(date(2027, 2, 7), HOLIDAY, "春节"),
        Day(date(2027, 2, 20), WORKDAY, "春节调休"),
        Day(date(2027, 10, 1), HOLIDAY, ""),
    ]
    assert parse_days(line.split(",") for line in days_to_text(days).splitlines()) == (days, [])


def test_every_row_that_is_wrong_is_named():
    _days, problems = parse_days([["2027-13-01", "休"], ["2027-01-02", "也许"], ["x", "y"]])
    assert [(one.code, one.params["row"]) for one in problems] == [
        ("calendar.row_date", 1),
        ("calendar.row_kind", 2),
        ("calendar.row_date", 3),
        ("calendar.row_kind", 3),
    ]


def test_invalid_year_reports_all_problems_and_saves_nothing(world):
    days = [
        Day(date(2027, 1, 1), HOLIDAY),
        Day(date(2027, 1, 1), HOLIDAY),
        Day(date(2026, 1, 1), HOLIDAY),
        Day(date(2027, 1, 4), WORKDAY),  # a Monday
    ]
    with pytest.raises(Invalid) as refused:
        calendar_year_set(actor=world.officer, year=2027, days=days, source=" ", now=NOW)
    assert [problem.code for problem in refused.value.problems] == [
        "calendar.no_source",
        "calendar.other_year",
        "calendar.worked_anyway",
        "calendar.twice",
    ]
    assert not calendar_year(2027).known


def test_a_year_says_where_it_comes_from(world):
    found = calendar_year(2025)
    assert (found.known, found.entered, found.source) == (True, False, "")
    assert (found.days[0], len(found.days)) == (Day(date(2025, 1, 1), HOLIDAY, "元旦"), 33)
    assert Day(date(2025, 10, 11), WORKDAY, "国庆节") in found.days
    days = [Day(date(2027, 1, 1), HOLIDAY, "元旦")]
    calendar_year_set(actor=world.officer, year=2027, days=days, source="国办发明电", now=NOW)
    entered = calendar_year(2027)
    assert (entered.known, entered.entered, entered.source) == (True, True, "国办发明电")
    assert entered.days == tuple(days)
    assert known_years()[2027] is True
    assert known_years()[2025] is False
    assert not calendar_year(2031).known


def windows(instrument):
    return open_windows([instrument.pk], Interval(local(8, 1), local(12, 31)))[instrument.pk]


CORRECTIONS = {
    "two days more, and a Saturday worked": (
        {},
        {date(2025, 9, 4): HOLIDAY, date(2025, 9, 5): HOLIDAY, date(2025, 9, 6): WORKDAY},
    ),
    "a holiday that is none": ({}, {date(2025, 10, 8): None}),
    "a day that is over": ({}, {date(2025, 8, 29): HOLIDAY}),
    "the night before runs into the day": (
        {"patterns": (OpeningPattern(time(20), time(8), date(2025, 9, 1), tuple(range(7))),)},
        {date(2025, 9, 4): HOLIDAY},
    ),
    "around the clock": (
        {"patterns": (OpeningPattern(time(0), time(0), date(2025, 9, 1), tuple(range(7))),)},
        {date(2025, 9, 4): HOLIDAY, date(2025, 10, 1): None},
    ),
    "an exception opens it all the same": (
        {"exceptions": (DayException(date(2025, 9, 4), time(9), time(12)),)},
        {date(2025, 9, 4): HOLIDAY},
    ),
    "closed without exchange": (
        {"holidays": HolidayTreatment.CLOSED},
        {date(2025, 9, 4): HOLIDAY, date(2025, 9, 6): WORKDAY},
    ),
}


@pytest.mark.parametrize("case", CORRECTIONS.values(), ids=CORRECTIONS)
def test_previewed_correction_equals_applied_correction(world, instrument, case):
    changes, corrections = case
    now = local(9, 2, 12)
    publish(world, instrument, terms(**changes, horizon=timedelta(days=45)))
    windows_extend(now=now)
    days = {day.date: day for day in published_days(2025)}
    for on, kind in corrections.items():
        days.pop(on, None)
        if kind is not None:
            days[on] = Day(on, kind)
    corrected = DayTable({day.date: day.kind for day in days.values()}, frozenset({2025}))
    foretold = window_changes(corrected, now)
    before = windows(instrument)
    calendar_year_set(actor=world.officer, year=2025, days=days.values(), source="更正通知", now=now)
    after = windows(instrument)
    lost, gained = subtract(before, after), subtract(after, before)
    expected = {instrument.pk: (lost, gained)} if lost or gained else {}
    assert {pk: (one.lost, one.gained) for pk, one in foretold.items()} == expected


def test_the_hours_of_two_versions_are_changed_each_in_its_own_time(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=45)))
    evening = terms(OpeningPattern(time(18), time(22), date(2025, 9, 1)), horizon=timedelta(days=45))
    publish(world, instrument, evening, applies_from=local(9, 10))
    days = [*published_days(2025), Day(date(2025, 9, 9), HOLIDAY), Day(date(2025, 9, 10), HOLIDAY)]
    changed = window_changes(DayTable({day.date: day.kind for day in days}, frozenset({2025})), NOW)
    assert [said(one) for one in changed[instrument.pk].lost] == ["09-09 09:00/17:00", "09-10 18:00/22:00"]


def test_rules_that_ignore_holidays_and_unknown_years_lose_nothing(world, instrument):
    publish(world, instrument, terms(holidays=HolidayTreatment.IGNORED))
    every_day = DayTable({date(2025, 9, 4): HOLIDAY}, frozenset({2025}))
    assert window_changes(every_day, NOW) == {}
    assert window_changes(DayTable({}, frozenset({2027})), NOW) == {}


def test_query_count_is_independent_of_instrument_count(world, instrument, statements):
    publish(world, instrument, terms())
    corrected = DayTable({date(2025, 9, 4): HOLIDAY}, frozenset({2025}))
    statements.assert_unchanged(
        lambda: window_changes(corrected, NOW),
        by=lambda: [
            publish(world, published(world, inner_number=f"B-{number}"), terms()) for number in range(5)
        ],
    )
