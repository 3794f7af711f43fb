"""Every case of recurrence as one row: patterns, a range of opening days, and exactly when it is open.

Times are those that a clock in Shanghai shows. 2025: National Day and Mid-Autumn are off from Wednesday 1 to
Wednesday 8 October; Sunday 28 September and Saturday 11 October are worked in exchange. 2026: Spring Festival
is off from Sunday 15 to Monday 23 February, Saturdays 14 and 28 February are worked.
"""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import merge
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.terms import DayException
from tests.providers.conftest import terms
from tests.providers.terms.recurrence import (
    CLOSED,
    FRI,
    IGNORED,
    MON,
    SAT,
    SHIFTED,
    SUN,
    THU,
    TUE,
    WED,
    day,
    kept,
    local,
    monthly,
    on,
    opened,
    publish,
    said,
)
from tests.providers.terms.test_openings import PATTERNS

CASES = {
    "weekly": (
        [on(MON, WED)],
        "2025-09-01 2025-09-15",
        IGNORED,
        ["09-01 09:00/17:00", "09-03 09:00/17:00", "09-08 09:00/17:00", "09-10 09:00/17:00"],
    ),
    "weekly, from a day in mid-week on": (
        [on(MON, THU, starts_on=day("2025-09-03"))],
        "2025-09-01 2025-09-12",
        IGNORED,
        ["09-04 09:00/17:00", "09-08 09:00/17:00", "09-11 09:00/17:00"],
    ),
    "every two weeks": (
        [on(TUE, interval=2)],
        "2025-09-01 2025-10-01",
        IGNORED,
        ["09-02 09:00/17:00", "09-16 09:00/17:00", "09-30 09:00/17:00"],
    ),
    "every two weeks, begun in mid-week: weeks count from that week's Monday": (
        [on(MON, FRI, interval=2, starts_on=day("2025-09-03"))],
        "2025-09-01 2025-09-30",
        IGNORED,
        ["09-05 09:00/17:00", "09-15 09:00/17:00", "09-19 09:00/17:00", "09-29 09:00/17:00"],
    ),
    "every two weeks, asked from within a week between": (
        [on(MON, interval=2)],
        "2025-09-10 2025-09-30",
        IGNORED,
        ["09-15 09:00/17:00", "09-29 09:00/17:00"],
    ),
    "every three weeks over the turn of the year": (
        [on(WED, interval=3, starts_on=day("2025-12-03"))],
        "2025-12-01 2026-01-20",
        IGNORED,
        ["12-03 09:00/17:00", "12-24 09:00/17:00", "01-14 09:00/17:00"],
    ),
    "last Friday of the month": (
        [monthly(-1, FRI)],
        "2025-09-01 2026-01-01",
        IGNORED,
        ["09-26 09:00/17:00", "10-31 09:00/17:00", "11-28 09:00/17:00", "12-26 09:00/17:00"],
    ),
    "fifth Monday: months without one are skipped": (
        [monthly(5, MON)],
        "2025-03-01 2025-10-01",
        IGNORED,
        ["03-31 09:00/17:00", "06-30 09:00/17:00", "09-29 09:00/17:00"],
    ),
    "fifth Monday of every second month counts the months without one too": (
        [monthly(5, MON, interval=2, starts_on=day("2025-03-01"))],
        "2025-03-01 2025-12-31",
        IGNORED,
        ["03-31 09:00/17:00", "09-29 09:00/17:00"],
    ),
    "first Wednesday every three months": (
        [monthly(1, WED, interval=3)],
        "2025-01-01 2025-12-31",
        IGNORED,
        ["01-01 09:00/17:00", "04-02 09:00/17:00", "07-02 09:00/17:00", "10-01 09:00/17:00"],
    ),
    "overnight": (
        [on(FRI, hours="20:00-08:00")],
        "2025-09-01 2025-09-14",
        IGNORED,
        ["09-05 20:00/09-06 08:00", "09-12 20:00/09-13 08:00"],
    ),
    "overnight over the end of a month and of a year": (
        [on(WED, hours="22:00-06:00", starts_on=day("2025-12-01"))],
        "2025-12-31 2026-01-01",
        IGNORED,
        ["12-31 22:00/01-01 06:00"],
    ),
    "until 24:00 on the last day of a month": (
        [on(TUE, hours="18:00-24:00")],
        "2025-09-30 2025-10-01",
        IGNORED,
        ["09-30 18:00/10-01 00:00"],
    ),
    "around the clock: days that touch at midnight are one window": (
        [on(*range(7), hours="00:00-24:00")],
        "2025-09-29 2025-10-03",
        IGNORED,
        ["09-29 00:00/10-03 00:00"],
    ),
    "the last day counts, and its night runs to its end": (
        [on(MON, TUE, hours="23:00-01:00", until=day("2025-09-09"))],
        "2025-09-01 2025-10-01",
        IGNORED,
        [
            "09-01 23:00/09-02 01:00",
            "09-02 23:00/09-03 01:00",
            "09-08 23:00/09-09 01:00",
            "09-09 23:00/09-10 01:00",
        ],
    ),
    "the weekday-shift trap: 00:30 on a Monday is still Sunday in UTC": (
        [on(MON, hours="00:30-07:00")],
        "2025-09-01 2025-09-15",
        IGNORED,
        ["09-01 00:30/07:00", "09-08 00:30/07:00"],
    ),
    "the weekday-shift trap, monthly: 00:30 on the first is still the last of the month before in UTC": (
        [monthly(1, MON, hours="00:30-07:00")],
        "2025-09-01 2025-10-31",
        IGNORED,
        ["09-01 00:30/07:00", "10-06 00:30/07:00"],
    ),
    "the weekday-shift trap, every two weeks: the week of 00:30 on a Monday is still the one before in UTC": (
        [on(MON, hours="00:30-07:00", interval=2)],
        "2025-09-01 2025-09-30",
        IGNORED,
        ["09-01 00:30/07:00", "09-15 00:30/07:00", "09-29 00:30/07:00"],
    ),
    "holiday: closed, and the days worked in exchange have Monday's hours": (
        [on(MON, hours="08:00-12:00"), on(TUE, WED, THU, FRI)],
        "2025-09-27 2025-10-13",
        SHIFTED,
        [
            "09-28 08:00/12:00",  # Sunday, worked
            "09-29 08:00/12:00",
            "09-30 09:00/17:00",
            "10-09 09:00/17:00",
            "10-10 09:00/17:00",
            "10-11 08:00/12:00",  # Saturday, worked
        ],
    ),
    "holiday: closed, without exchange": (
        [on(MON, TUE, WED, THU, FRI)],
        "2025-09-27 2025-10-13",
        CLOSED,
        ["09-29 09:00/17:00", "09-30 09:00/17:00", "10-09 09:00/17:00", "10-10 09:00/17:00"],
    ),
    "holiday: minded by nobody": (
        [on(WED, SAT)],
        "2025-09-28 2025-10-12",
        IGNORED,
        ["10-01 09:00/17:00", "10-04 09:00/17:00", "10-08 09:00/17:00", "10-11 09:00/17:00"],
    ),
    "holiday inside a night: the night before runs into it, the night of the holiday doesn't open": (
        [on(TUE, WED, THU, hours="20:00-08:00")],
        "2025-09-29 2025-10-10",
        CLOSED,
        ["09-30 20:00/10-01 08:00", "10-09 20:00/10-10 08:00"],
    ),
    "a worked Saturday in a week that a two-weekly pattern leaves out stays closed": (
        [on(MON, interval=2, starts_on=day("2025-09-29"))],
        "2025-09-27 2025-10-15",
        SHIFTED,
        ["09-29 09:00/17:00", "10-13 09:00/17:00"],
    ),
    "a worked Saturday in a week of a two-weekly pattern has its Monday's hours": (
        [on(MON, interval=2, starts_on=day("2025-09-22"))],
        "2025-09-21 2025-10-15",
        SHIFTED,
        ["09-22 09:00/17:00", "09-28 09:00/17:00", "10-11 09:00/17:00"],
    ),
    "a worked Saturday in the week in which a pattern begins finds that week's Monday": (
        [on(MON, starts_on=day("2025-10-09"))],
        "2025-10-01 2025-10-14",
        SHIFTED,
        ["10-11 09:00/17:00", "10-13 09:00/17:00"],
    ),
    "a worked Sunday with which the range ends is not in it, though its Monday is": (
        [on(MON, TUE)],
        "2025-09-22 2025-09-28",
        SHIFTED,
        ["09-22 09:00/17:00", "09-23 09:00/17:00"],
    ),
    "a worked Saturday has no hours of its own": (
        [on(SAT, hours="10:00-12:00")],
        "2025-10-05 2025-10-20",
        SHIFTED,
        ["10-18 10:00/12:00"],
    ),
    "monthly hours don't move to a worked day": (
        [monthly(1, MON)],
        "2025-10-01 2025-11-04",
        SHIFTED,
        ["11-03 09:00/17:00"],
    ),
    "Spring Festival": (
        [on(MON, TUE, WED, THU, FRI, starts_on=day("2026-01-01"))],
        "2026-02-13 2026-03-02",
        SHIFTED,
        [
            "02-13 09:00/17:00",
            "02-14 09:00/17:00",
            "02-24 09:00/17:00",
            "02-25 09:00/17:00",
            "02-26 09:00/17:00",
            "02-27 09:00/17:00",
            "02-28 09:00/17:00",
        ],
    ),
    "hours that touch, overlap and lie inside each other are one window": (
        [
            on(MON, hours="08:00-12:00"),
            on(MON, hours="12:00-13:00"),
            on(MON, hours="12:30-18:00"),
            on(MON, hours="14:00-15:00"),
            on(MON, hours="19:00-20:00"),
        ],
        "2025-09-01 2025-09-02",
        IGNORED,
        ["09-01 08:00/18:00", "09-01 19:00/20:00"],
    ),
    "a night and the day after it touch": (
        [on(MON, hours="18:00-08:30"), on(TUE, hours="08:30-17:00")],
        "2025-09-01 2025-09-08",
        IGNORED,
        ["09-01 18:00/09-02 17:00"],
    ),
    "weekly and monthly hours overlap": (
        [on(FRI), monthly(-1, FRI, hours="16:00-22:00")],
        "2025-09-19 2025-09-30",
        IGNORED,
        ["09-19 09:00/17:00", "09-26 09:00/22:00"],
    ),
    "summer time of other places changes nothing": (
        [on(SUN, hours="01:00-04:00", starts_on=day("2025-03-01"))],
        "2025-03-29 2025-04-07",
        IGNORED,
        ["03-30 01:00/04:00", "04-06 01:00/04:00"],
    ),
    "a leap day": (
        [on(THU, starts_on=day("2024-02-01"))],
        "2024-02-28 2024-03-02",
        IGNORED,
        ["02-29 09:00/17:00"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pattern_opens_expected_windows(case):
    patterns, asked, holidays, expected = case
    first, last = (day(text) for text in asked.split())
    assert [said(one) for one in opened(patterns, first, last, holidays)] == expected


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_instant_is_eight_hours_before_what_the_clock_shows(case):
    patterns, asked, holidays, _expected = case
    first, last = (day(text) for text in asked.split())
    for one in opened(patterns, first, last, holidays):
        for instant in (one.start, one.end):
            shown = instant.astimezone(CITY_TIME).replace(tzinfo=None)
            assert instant.astimezone(UTC).replace(tzinfo=None) == shown - timedelta(hours=8)


@given(
    patterns=st.lists(PATTERNS, min_size=1, max_size=3),
    holidays=st.sampled_from(HolidayTreatment),
    cuts=st.lists(st.dates(date(2025, 1, 1), date(2026, 5, 1)), min_size=3, max_size=3, unique=True),
    exceptions=st.lists(
        st.builds(
            lambda on_day, opens, closes, closed: DayException(on_day, *(() if closed else (opens, closes))),
            st.dates(date(2025, 1, 1), date(2026, 5, 1)),
            st.times().map(lambda t: t.replace(second=0, microsecond=0)),
            st.times().map(lambda t: t.replace(second=0, microsecond=0)),
            st.booleans(),
        ),
        max_size=4,
    ),
)
def test_two_ranges_that_touch_give_what_one_gives(patterns, holidays, cuts, exceptions):
    first, middle, last = sorted(cuts)
    whole = opened(patterns, first, last, holidays, exceptions)
    pieces = [
        *opened(patterns, first, middle, holidays, exceptions),
        *opened(patterns, middle, last, holidays, exceptions),
    ]
    assert merge(pieces) == whole


def test_a_rule_change_on_a_wednesday_at_noon_cuts_the_window_and_loses_nothing(world, instrument):
    publish(world, instrument, terms(on(MON, TUE, WED, THU), horizon=timedelta(days=4)))
    later = terms(on(MON, TUE, WED, THU, hours="10:00-20:00"), horizon=timedelta(days=4))
    publish(world, instrument, later, applies_from=local(9, 3, 12))
    assert kept(instrument) == [
        "09-01 09:00/17:00",
        "09-02 09:00/17:00",
        "09-03 09:00/12:00",
        "09-03 12:00/20:00",
        "09-04 10:00/20:00",
    ]
