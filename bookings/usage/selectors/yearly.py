"""A year of usage for whoever counts it: values only, read in batches, without personal data."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists
from django.db.models.expressions import Combinable

from bookings.requests.domain.quota import year_of
from bookings.usage.models import UsageLog
from bookings.usage.selectors.counted import CONFIRMATION, counted_rows
from instrument_share.kernel.interval import Interval, intersected, total
from providers import public as providers

LONGEST_USE = timedelta(days=31)
"""How far before and after a year uses are looked for that lie in the same time as one of the year."""

AS_LOGGED = (
    "instrument_id",
    "user_kind",
    "user_organization_kind",
    "user_size_class",
    "in_region",
    "external",
    "related",
    "starts_at",
    "ends_at",
    "idle_seconds",
    "service_mode",
    "direction",
    "purpose",
    "samples",
    "amount_yuan",
    "funding_sources",
    "capture",
)
FROM_OTHERS = {
    "id": "public_id",
    "instrument": "instrument__public_id",
    "owner_organization_id": "instrument__organization_id",
    "owner_organization": "instrument__organization__public_id",
    "number": "entry__number",
    "hash": "entry__hash",
    "recorded_at": "entry__recorded_at",
    "recorded_by": "entry__recorded_by__public_id",
    "booking": "booking__public_id",
    "booked_starts_at": "booking__starts_at",
    "booked_ends_at": "booking__ends_at",
    "quoted_yuan": "booking__quoted_yuan",
    "user": "user__public_id",
    "operator": "operator__public_id",
    "payer_organization": "payer_organization__public_id",
    "payer_person": "payer_person__public_id",
    "rating": "review__rating",
}
"""Name in the row → where it is read."""


def usage_of_year(year: int) -> Iterator[dict[str, Any]]:
    """Every log of a year (by its start, Asia/Shanghai) as it counts now, by instrument and start. Streams.

    With them come the logs before and after that reach into the year, or into which one of the year reaches:
    time that two uses claim counts for the one recorded first, also across the turn of the year.

    Corrected values, frozen facts, whether it is confirmed, rating, the booking's quote, and how much lay
    in open windows; bodies and people by public id only, no free text. A correction moves no log to another
    year. The number of statements grows with every 2,000 logs, not with each.
    """
    span = year_of(year)
    logs = UsageLog.objects.filter(
        starts_at__gte=span.start - LONGEST_USE, starts_at__lt=span.end + LONGEST_USE
    ).order_by("instrument_id", "starts_at", "id")
    sources: dict[str, str | Combinable] = {
        **{name: name for name in AS_LOGGED},
        **FROM_OTHERS,
        "confirmed": Exists(CONFIRMATION),
    }
    reach: dict[int, datetime] = {}
    for rows in counted_rows(logs, sources):
        batch = [row for row in rows if _belongs(row, span, reach)]
        windows = _windows_around(batch)
        for row in batch:
            del row["pk"]
            row["inside_windows_seconds"] = _seconds_inside(row, windows[row["instrument_id"]])
            yield row


def _belongs(row: dict[str, Any], span: Interval, reach: dict[int, datetime]) -> bool:
    """Whether a row is of the year, or meets it; rows come in order of their start on each instrument.

    `reach` keeps how far the year's own rows reach on each.
    """
    instrument = row["instrument_id"]
    if row["starts_at"] < span.start:
        return bool(row["ends_at"] > span.start)
    if row["starts_at"] >= span.end:
        return bool(row["starts_at"] < reach.get(instrument, span.end))
    reach[instrument] = max(row["ends_at"], reach.get(instrument, span.end))
    return True


def _windows_around(rows: Sequence[dict[str, Any]]) -> dict[int, list[Interval]]:
    """Open windows of these rows' instruments, from the first of them to the last."""
    if not rows:
        return {}
    first = min(row["starts_at"] for row in rows)
    last = max(row["ends_at"] for row in rows)
    return providers.open_windows(sorted({row["instrument_id"] for row in rows}), Interval(first, last))


def _seconds_inside(row: dict[str, Any], windows: Sequence[Interval]) -> int:
    """How much of a row's time lies in the sorted, disjoint windows."""
    time = Interval(row["starts_at"], row["ends_at"])
    first = bisect_right(windows, time.start, key=lambda window: window.end)
    last = bisect_left(windows, time.end, key=lambda window: window.start)
    return int(total(intersected(windows[first:last], [time])).total_seconds())
