"""The seeded history: the same every time, within its windows, and shaped like a year of work."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from instrument_share.demo import plans
from instrument_share.demo.city import load_city
from instrument_share.demo.closures import generate_faults, iterate_maintenance
from instrument_share.demo.history import HOUR, Calendar, generate_uses, split_windows
from instrument_share.demo.oddities import add_oddities
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, total_length

CITY = load_city()
NUMBERS = ("YUT-EM-001", "YUT-EM-004", "YPU-CH-01", "IMD-T-01", "CY-LAB-07", "QN-004", "JL-G-021")
SPRING_FESTIVAL = [date(2025, 1, 28) + timedelta(days=n) for n in range(8)]
NO_HOLIDAYS = Calendar(frozenset())


def at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), CITY_TIME)


def working_hours(first: date, days: int) -> list[Interval]:
    """Weekdays from 8 to 20 o'clock."""
    all_days = [first + timedelta(days=n) for n in range(days)]
    return [Interval(at(day, 8), at(day, 20)) for day in all_days if day.weekday() < 5]


def year_of(numbers=NUMBERS, first=date(2025, 1, 1), days=365, calendar=NO_HOLIDAYS):
    part = CITY.with_instruments(*numbers)
    windows = {number: working_hours(first, days) for number in numbers}
    until = at(first + timedelta(days=days))
    return generate_uses(
        plans.build_instrument_plans(part, windows), plans.build_user_plans(CITY), calendar, until, "test"
    )


def test_the_same_seed_gives_the_same_year():
    assert year_of() == year_of()


def test_one_instrument_more_changes_nothing_for_those_before_it():
    alone = year_of(NUMBERS[:1])
    assert [use for use in year_of(NUMBERS[:2]) if use.instrument == NUMBERS[0]] == alone


def test_uses_lie_in_windows_and_never_overlap():
    by_instrument = defaultdict(list)
    for use in year_of():
        by_instrument[use.instrument].append(use)
    windows = working_hours(date(2025, 1, 1), 365)
    for number, of_one in by_instrument.items():
        facts = next(i for i in CITY.instruments if i.number == number)
        turnaround = timedelta(minutes=CITY.terms[facts.terms]["turnaround_minutes"])
        booked = sorted(use.booked for use in of_one)
        assert all(first.end + turnaround <= second.start for first, second in pairwise(booked))
        for use in of_one:
            assert use.booked.contains(use.used)
            assert any(window.contains(use.booked) for window in windows)
            seconds = use.effective_seconds + use.idle_seconds
            assert seconds == use.used.length // timedelta(seconds=1)
            assert use.requested_at < use.booked.start
            assert use.confirmed_at is None or use.confirmed_at > use.recorded_at


def test_nobody_operates_in_two_places_at_once_unless_remotely():
    place = {i.number: CITY.lab(i).place_zh for i in CITY.instruments}
    by_operator = defaultdict(list)
    for use in year_of():
        if use.mode != "remote":
            by_operator[use.operator].append((use.booked, place[use.instrument]))
    for held in by_operator.values():
        for (first, here), (second, there) in pairwise(sorted(held)):
            assert not first.overlaps(second) or here == there


def test_full_year_reaches_requested_hours():
    hours = defaultdict(float)
    for use in year_of():
        hours[use.instrument] += use.effective_seconds / 3600
    for number in NUMBERS:
        facts = next(i for i in CITY.instruments if i.number == number)
        wanted = facts.hours * CITY.unit(facts.unit).year["use"]
        assert hours[number] == pytest.approx(wanted, rel=0.03)


def test_terms_are_busier_than_the_weeks_around_spring_festival():
    by_month = defaultdict(float)
    for use in year_of(calendar=Calendar(frozenset(SPRING_FESTIVAL))):
        by_month[use.used.start.astimezone(CITY_TIME).month] += use.effective_seconds
    assert by_month[2] < 0.75 * by_month[4]
    assert by_month[8] < 0.85 * by_month[5]


@pytest.mark.parametrize("first", [date(2028, 2, 29), date(2027, 1, 1), date(2031, 12, 31)])
def test_history_can_start_on_any_day(first):
    found = year_of(NUMBERS[:2], first, 15)
    assert found
    assert all(at(first) <= use.booked.start < at(first + timedelta(days=15)) for use in found)


def test_suspicious_entries_are_exactly_the_planted_ones():
    plain = year_of((*NUMBERS, "YPU-CH-03", "MD-C-02", "LH-T-03", "CY-LAB-15"))
    odd = add_oddities(plain, 2025, at(date(2026, 6, 1)))
    by_hand = [(use.instrument, use.used.length / HOUR) for use in odd if use.by_hand]
    assert len(odd) == len(plain) + 6
    assert sorted(number for number, _ in by_hand) == [
        "CY-LAB-07",
        "LH-T-03",
        "LH-T-03",
        "LH-T-03",
        "QN-004",
        "YPU-CH-03",
    ]
    assert ("CY-LAB-07", 31.0) in by_hand
    assert [use.instrument for use in odd if use.free_of_charge] == ["MD-C-02"]
    assert [use.instrument for use in odd if use.user == "jian.hesong"] == ["JL-G-021"] * 5


def test_long_windows_are_cut_at_eight_o_clock():
    window = Interval(at(date(2025, 3, 3)), at(date(2025, 3, 5), 12))
    assert [(p.start.astimezone(CITY_TIME).hour, p.length / HOUR) for p in split_windows([window])] == [
        (0, 8.0),
        (8, 24.0),
        (8, 24.0),
        (8, 4.0),
    ]


def test_maintenance_is_on_the_last_friday():
    days = [
        out.interval.start.astimezone(CITY_TIME).date()
        for out in iterate_maintenance(date(2026, 1, 1), date(2026, 6, 1))
    ]
    assert days == [
        date(2026, 1, 30),
        date(2026, 2, 27),
        date(2026, 3, 27),
        date(2026, 4, 24),
        date(2026, 5, 29),
    ]


def test_faults_take_about_requested_share():
    windows = working_hours(date(2025, 1, 1), 365)
    out = generate_faults("X", windows, 0.1, date(2025, 1, 1), date(2026, 1, 1))
    lost = sum(
        (w.intersection(o.interval).length for w in windows for o in out if w.intersection(o.interval)),
        timedelta(),
    )
    assert lost / total_length(windows) == pytest.approx(0.1, abs=0.02)
    assert all(not first.interval.overlaps(second.interval) for first, second in pairwise(out))


def test_this_seed_gives_exactly_this_year():
    found = year_of(NUMBERS[:1])
    assert (len(found), sum(use.effective_seconds for use in found)) == (358, 6_864_900)
    assert sum(use.outside for use in found) == 75
