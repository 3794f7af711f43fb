"""Availability of many instruments in the next seven days."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, intersect, subtract
from providers import public as providers

DAYS = 7


@dataclass(frozen=True)
class Day:
    """A day of an instrument: `open` (partly free), `booked`, `closed`, or `free` (no open window)."""

    date: date
    kind: str


def get_coming_week(instrument_ids: Collection[int], now: datetime) -> Mapping[int, list[Day]]:
    """Return seven days from today by instrument id; three statements for any number."""
    today = now.astimezone(CITY_TIME).date()
    spans = [_day(today + timedelta(days=number)) for number in range(DAYS)]
    whole = Interval(max(now, spans[0].start), spans[-1].end)
    windows = providers.open_windows(instrument_ids, whole)
    closures = providers.closures(instrument_ids, whole)
    holds = bookings.get_held_intervals(instrument_ids, whole)
    return {
        pk: [
            Day(
                span.start.astimezone(CITY_TIME).date(),
                _kind(
                    intersect(windows.get(pk, []), intersect([span], [whole])),
                    closures.get(pk, []),
                    holds.get(pk, []),
                ),
            )
            for span in spans
        ]
        for pk in instrument_ids
    }


def _day(day: date) -> Interval:
    midnight = datetime.combine(day, time(), CITY_TIME)
    return Interval(midnight, midnight + timedelta(days=1))


def _kind(windows: list[Interval], closures: list[Interval], holds: list[Interval]) -> str:
    if not windows:
        return "free"
    usable = subtract(windows, closures)
    if not usable:
        return "closed"
    return "open" if subtract(usable, holds) else "booked"
