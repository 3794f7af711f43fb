"""Quotas, counted by days, weeks and months in Asia/Shanghai."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.domain import QuotaHolder, QuotaSpan

if TYPE_CHECKING:
    from providers.domain import Quota

MINUTE = timedelta(minutes=1)


def get_day_interval(instant: datetime) -> Interval:
    """Return the day of the instant, from midnight to midnight."""
    midnight = _midnight(instant)
    return Interval(midnight, midnight + timedelta(days=1))


def get_days_interval(interval: Interval) -> Interval:
    """Return the days that the interval touches, from midnight to midnight."""
    last_instant = interval.end - timedelta.resolution
    return Interval(get_day_interval(interval.start).start, get_day_interval(last_instant).end)


def get_week_interval(instant: datetime) -> Interval:
    """Return the week of the instant, from Monday 00:00 to the next Monday 00:00."""
    midnight = _midnight(instant)
    monday = midnight - timedelta(days=midnight.weekday())
    return Interval(monday, monday + timedelta(days=7))


def get_month_interval(instant: datetime) -> Interval:
    """Return the calendar month of the instant."""
    first = _midnight(instant).replace(day=1)
    return Interval(first, (first + timedelta(days=32)).replace(day=1))


def get_year_interval(year: int) -> Interval:
    """Return the calendar year."""
    return Interval(datetime(year, 1, 1, tzinfo=CITY_TIME), datetime(year + 1, 1, 1, tzinfo=CITY_TIME))


SPAN_FUNCTIONS = {
    QuotaSpan.DAY: get_day_interval,
    QuotaSpan.WEEK: get_week_interval,
    QuotaSpan.MONTH: get_month_interval,
}


def get_span_intervals(span: QuotaSpan, interval: Interval) -> list[Interval]:
    """Return every day, week or month that the interval touches."""
    spans = [SPAN_FUNCTIONS[span](interval.start)]
    while spans[-1].end < interval.end:
        spans.append(SPAN_FUNCTIONS[span](spans[-1].end))
    return spans


def get_longest_parts(interval: Interval) -> dict[QuotaSpan, timedelta]:
    """Return how much of the interval lies in one day, week and month at most."""
    return {
        span: max(sum_time(part, [interval]) for part in get_span_intervals(span, interval))
        for span in QuotaSpan
    }


def get_relevant_interval(
    quotas: "Iterable[Quota]", holder: QuotaHolder, interval: Interval
) -> Interval | None:
    """Return the time in which other bookings count towards the holder's quotas; None without such quotas."""
    spans = [
        one for quota in quotas if quota.holder is holder for one in get_span_intervals(quota.span, interval)
    ]
    if not spans:
        return None
    return Interval(min(one.start for one in spans), max(one.end for one in spans))


def check_quota(quota: "Quota", interval: Interval, others: Iterable[Interval]) -> tuple[bool, bool]:
    """Return whether the interval, with other bookings, exceeds the quota's time, and its number.

    Time counts in every span that the interval touches, a booking in the span in which it starts.
    """
    every = [*others, interval]
    most, bookings = quota.most_time, quota.most_bookings
    return (
        most is not None
        and any(sum_time(span, every) > most for span in get_span_intervals(quota.span, interval)),
        bookings is not None and count_bookings(SPAN_FUNCTIONS[quota.span](interval.start), every) > bookings,
    )


def limit_end(quota: "Quota", interval: Interval, others: Sequence[Interval]) -> datetime:
    """Return the latest end in the interval with which a booking from its start keeps the quota.

    It is the start itself if no booking keeps it.
    """
    first = SPAN_FUNCTIONS[quota.span](interval.start)
    if quota.most_bookings is not None and count_bookings(first, others) >= quota.most_bookings:
        return interval.start
    if quota.most_time is None:
        return interval.end
    at = interval.start
    for span in get_span_intervals(quota.span, interval):
        left = max(quota.most_time - sum_time(span, others), timedelta())
        if at + left < min(span.end, interval.end):
            return at + left
        at = span.end
    return interval.end


def sum_time(span: Interval, bookings: Iterable[Interval]) -> timedelta:
    """Return how much of the bookings' time lies in the span."""
    parts = (span.intersection(booking) for booking in bookings)
    return sum((part.length for part in parts if part), timedelta()) // MINUTE * MINUTE


def count_bookings(span: Interval, bookings: Iterable[Interval]) -> int:
    """Return how many bookings start in the span."""
    return sum(1 for booking in bookings if span.start <= booking.start < span.end)


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
