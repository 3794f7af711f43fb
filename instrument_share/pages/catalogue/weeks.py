"""Bookable times of many instruments in the next seven days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, intersect, subtract

if TYPE_CHECKING:
    from bookings.domain import Offer
    from bookings.public import FreeTime
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

DAYS = 7


@dataclass(frozen=True)
class Day:
    """A day of an instrument, with its first bookable time, by preference from the wanted time of day on.

    `kind` is `open` (bookable), `closed` (a closure takes all hours), `booked` (open, but nothing is
    bookable) or `free` (no opening hours).
    """

    date: date
    kind: str
    first: "Offer | None" = None


def get_coming_week(
    viewer: "Viewer",
    instruments: "Sequence[Instrument]",
    now: datetime,
    wanted_from: datetime | None = None,
) -> Mapping[int, list[Day]]:
    """Return seven days by instrument id, as the viewer may book; the statements are constant.

    They begin today, or with the day of the wanted time.
    """
    first = _date(max(now, wanted_from or now))
    days = [_day(first + timedelta(days=number)) for number in range(DAYS)]
    whole = Interval(max(now, days[0].start), days[-1].end)
    preferred = wanted_from - _day(_date(wanted_from)).start if wanted_from else timedelta()
    free = bookings.get_free_time(instruments, whole, now, bookings.get_usual_applicant(viewer))
    return {one.pk: [_build_day(one.pk, day, whole, preferred, free) for day in days] for one in instruments}


def _date(instant: datetime) -> date:
    return instant.astimezone(CITY_TIME).date()


def _day(day: date) -> Interval:
    midnight = datetime.combine(day, time(), CITY_TIME)
    return Interval(midnight, midnight + timedelta(days=1))


def _build_day(pk: int, day: Interval, whole: Interval, preferred: timedelta, free: "FreeTime") -> Day:
    on = _date(day.start)
    first = free.first_offer(pk, Interval(day.start + preferred, day.end))
    if first is None and preferred:
        first = free.first_offer(pk, day)
    if first is not None:
        return Day(on, "open", first)
    time_of_one = free.times.get(pk)
    windows = intersect(time_of_one.windows, intersect([day], [whole])) if time_of_one else []
    if time_of_one is None or not windows:
        return Day(on, "free")
    return Day(on, "booked" if subtract(windows, time_of_one.closures) else "closed")
