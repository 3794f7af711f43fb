"""Weeks and months in Asia/Shanghai, over which quotas count."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval


def week_of(instant: datetime) -> Interval:
    """Monday 00:00 to the next Monday 00:00."""
    midnight = _midnight(instant)
    monday = midnight - timedelta(days=midnight.weekday())
    return Interval(monday, monday + timedelta(days=7))


def month_of(instant: datetime) -> Interval:
    """The first of the month 00:00 to the first of the next."""
    first = _midnight(instant).replace(day=1)
    return Interval(first, (first + timedelta(days=32)).replace(day=1))


def year_of(year: int) -> Interval:
    """1 January 00:00 to the next 1 January 00:00."""
    return Interval(datetime(year, 1, 1, tzinfo=CITY_TIME), datetime(year + 1, 1, 1, tzinfo=CITY_TIME))


def weeks_of(interval: Interval) -> list[Interval]:
    """Every week that the interval touches."""
    return list(_spans(interval, week_of))


def months_of(interval: Interval) -> list[Interval]:
    """Every month that the interval touches."""
    return list(_spans(interval, month_of))


def minutes_in(span: Interval, bookings: Iterable[Interval]) -> int:
    """Minutes of the bookings that fall into the span; a booking across its edge counts with its part."""
    parts = (span.intersection(booking) for booking in bookings)
    return sum((part.length for part in parts if part), timedelta()) // timedelta(minutes=1)


def bookings_in(span: Interval, bookings: Iterable[Interval]) -> int:
    """Bookings that start in the span."""
    return sum(1 for booking in bookings if span.start <= booking.start < span.end)


def _spans(interval: Interval, span_of: Callable[[datetime], Interval]) -> Iterator[Interval]:
    at = interval.start
    while at < interval.end:
        span = span_of(at)
        yield span
        at = span.end


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
