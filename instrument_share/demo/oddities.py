"""Suspicious entries in the assessed year, for auditors to find. Pure functions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from instrument_share.demo.history import DAY, HOUR, Use, combine
from instrument_share.kernel.interval import Interval

OVERLAPPING, UNCHARGED = "YPU-CH-03", "MD-C-02"
AT_NIGHT, TOO_LONG, LATE = "QN-004", "CY-LAB-07", "LH-T-03"
NEVER_IDLE, VISITED = "CY-LAB-15", "JL-G-021"
VISITOR = "jian.hesong"
VISITS = 5


def add_oddities(uses: Sequence[Use], year: int, until: datetime) -> list[Use]:
    """Return the uses with suspicious ones among them."""
    changed = [*_mark_visits(_mark_uncharged(_mark_never_idle(uses, year), year), year)]
    extra = [
        *_add_overlap(uses, year),
        *_add_night_use(uses, year),
        *_add_long_use(uses, year),
        *_add_late_uses(uses, year),
    ]
    extra = [use for use in extra if use.recorded_at <= until]
    return sorted([*changed, *extra], key=lambda use: (use.recorded_at, use.instrument))


def _mark_never_idle(uses: Iterable[Use], year: int) -> list[Use]:
    """Make every minute of six weeks effective."""
    first, last = combine(date(year, 10, 9), 0), combine(date(year, 11, 20), 0)
    return [
        replace(use, measuring_seconds=use.measuring_seconds + use.idle_seconds, idle_seconds=0)
        if use.instrument == NEVER_IDLE and first <= use.used.start < last
        else use
        for use in uses
    ]


def _mark_uncharged(uses: Iterable[Use], year: int) -> Iterator[Use]:
    """Make one use by an outside user free of charge."""
    found = False
    for use in uses:
        wanted = use.instrument == UNCHARGED and use.outside and use.confirmed_at is not None
        wanted = wanted and use.purpose == "service" and use.used.start >= combine(date(year, 9, 1), 0)
        yield replace(use, free_of_charge=True) if wanted and not found else use
        found = found or wanted


def _mark_visits(uses: Iterable[Use], year: int) -> Iterator[Use]:
    """Turn uses into visits of a company later found to be related to the unit."""
    left = VISITS
    for use in uses:
        wanted = use.instrument == VISITED and use.outside and use.used.start >= combine(date(year, 8, 20), 0)
        if wanted and left:
            left -= 1
            yield replace(use, user=VISITOR, mode="operated", rating=None)
        else:
            yield use


def _add_overlap(uses: Sequence[Use], year: int) -> Iterator[Use]:
    """Yield a manual entry that overlaps another user's hours."""
    for use in _uses_since(uses, OVERLAPPING, date(year, 5, 12)):
        if use.used.length >= 3 * HOUR:
            yield build_manual_use(use, Interval(use.used.start + HOUR, use.used.end + HOUR), days_late=3)
            return


def _add_night_use(uses: Sequence[Use], year: int) -> Iterator[Use]:
    """Yield hours on a Saturday night, outside every window."""
    for use in _uses_since(uses, AT_NIGHT, date(year, 3, 10)):
        day = _next_weekday(date(year, 3, 10), 5)
        yield build_manual_use(use, Interval(combine(day, 19), combine(day, 23)), days_late=2)
        return


def _add_long_use(uses: Sequence[Use], year: int) -> Iterator[Use]:
    """Yield a use of 31 hours."""
    for use in _uses_since(uses, TOO_LONG, date(year, 7, 14)):
        start = combine(_next_weekday(date(year, 7, 14), 4), 19)
        yield build_manual_use(use, Interval(start, start + 31 * HOUR), days_late=4)
        return


def _add_late_uses(uses: Sequence[Use], year: int) -> Iterator[Use]:
    """Yield weekend hours logged four months later."""
    for use in _uses_since(uses, LATE, date(year, 2, 20)):
        for week in range(3):
            day = _next_weekday(date(year, 3, 1), 5) + 7 * week * DAY
            yield build_manual_use(use, Interval(combine(day, 9), combine(day, 15)), days_late=118)
        return


def build_manual_use(template: Use, used: Interval, days_late: int) -> Use:
    """Return a manual entry without a booking, with the user of another use."""
    seconds = used.length // timedelta(seconds=1)
    recorded = (used.end + days_late * DAY).astimezone(UTC)
    return replace(
        template,
        booked=None,
        used=used,
        setup_seconds=0,
        measuring_seconds=seconds * 9 // 10,
        post_seconds=0,
        idle_seconds=seconds - seconds * 9 // 10,
        requested_at=None,
        decide_by=None,
        decided_at=None,
        recorded_at=recorded,
        confirmed_at=recorded + 5 * HOUR,
        rating=None,
        earlier=None,
        by_hand=True,
    )


def _uses_since(uses: Sequence[Use], number: str, since: date) -> Iterator[Use]:
    begin = combine(since, 0)
    return (use for use in uses if use.instrument == number and use.used.start >= begin)


def _next_weekday(day: date, weekday: int) -> date:
    return day + (weekday - day.weekday()) % 7 * DAY
