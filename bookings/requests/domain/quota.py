"""Days, weeks and months in Asia/Shanghai, over which quotas count."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.domain import QuotaHolder, QuotaSpan

if TYPE_CHECKING:
    from providers.domain import Quota

MINUTE = timedelta(minutes=1)


def day_of(instant: datetime) -> Interval:
    """Midnight to midnight."""
    midnight = _midnight(instant)
    return Interval(midnight, midnight + timedelta(days=1))


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


SPAN_OF = {QuotaSpan.DAY: day_of, QuotaSpan.WEEK: week_of, QuotaSpan.MONTH: month_of}


def spans_of(span: QuotaSpan, interval: Interval) -> list[Interval]:
    """Every day, week or month that the interval touches."""
    return list(_spans(interval, SPAN_OF[span]))


def reach(quotas: "Iterable[Quota]", holder: QuotaHolder, interval: Interval) -> Interval | None:
    """The time in which the holder's other bookings matter to these quotas; None where no quota is theirs."""
    spans = [one for quota in quotas if quota.holder is holder for one in spans_of(quota.span, interval)]
    if not spans:
        return None
    return Interval(min(one.start for one in spans), max(one.end for one in spans))


def exceeded(quota: "Quota", interval: Interval, others: Iterable[Interval]) -> tuple[bool, bool]:
    """Whether the interval, with the holder's `others`, is more time or more bookings than the quota.

    Time counts in every span that the interval touches, a booking in the one in which it starts.
    """
    every = [*others, interval]
    most, bookings = quota.most_time, quota.most_bookings
    return (
        most is not None and any(time_in(span, every) > most for span in spans_of(quota.span, interval)),
        bookings is not None and bookings_in(SPAN_OF[quota.span](interval.start), every) > bookings,
    )


def time_in(span: Interval, bookings: Iterable[Interval]) -> timedelta:
    """Whole minutes of the bookings in the span; a booking across its edge counts with its part."""
    parts = (span.intersection(booking) for booking in bookings)
    return sum((part.length for part in parts if part), timedelta()) // MINUTE * MINUTE


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
