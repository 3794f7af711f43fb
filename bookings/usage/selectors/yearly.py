"""A year of usage for whoever counts it: values only, read in batches, without personal data."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict, cast

from django.db.models import Exists
from django.db.models.expressions import Combinable

from bookings.requests.domain.quota import year_of
from bookings.usage.models import UsageLog
from bookings.usage.selectors.counted import CONFIRMATION, counted_rows
from instrument_share.kernel.interval import Interval, intersected, total
from providers import public as providers

LONGEST_USE = timedelta(days=31)
"""How far before and after a year uses are looked for that lie in the same time as one of the year."""


class UsageOfYear(TypedDict):
    """One log as it counts now. Bodies, people and things are named by public id, but for `instrument_id`."""

    id: str
    instrument_id: int
    instrument: str
    owner_organization: str
    number: int
    """Of its entry in the instrument's chain, as are `hash`, `recorded_at` and `recorded_by`."""
    hash: str
    recorded_at: datetime
    recorded_by: str
    booking: str | None
    booked_starts_at: datetime | None
    booked_ends_at: datetime | None
    quoted_yuan: Decimal | None
    """What the booking quoted."""
    user: str
    operator: str
    payer_organization: str | None
    payer_person: str | None
    user_kind: str
    user_organization_kind: str
    user_size_class: str
    in_region: bool
    external: bool
    related: bool
    """The facts of the user, frozen on the log."""
    starts_at: datetime
    ends_at: datetime
    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    effective_seconds: int
    idle_seconds: int
    inside_windows_seconds: int
    """How much of the use lies in open windows."""
    service_mode: str
    direction: str
    purpose: str
    samples: int
    amount_yuan: Decimal
    funding_sources: list[str]
    capture: str
    confirmed: bool
    corrected: bool
    """Whether a confirmed correction changed anything."""
    rating: str | None


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
"""Columns that are read from fields of the same name; `counted_rows` adds the parts of the effective time."""
FROM_OTHERS = {
    "id": "public_id",
    "instrument": "instrument__public_id",
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
"""Column → where it is read."""


def usage_of_year(year: int) -> Iterator[UsageOfYear]:
    """Yield every log of a year (by its start, Asia/Shanghai) as it counts now, by instrument and start.

    With them come the logs before and after that reach into the year, or into which one of the year reaches:
    time that two uses claim counts for the one recorded first, also across the turn of the year.

    There is no free text. A correction moves no log to another year. Streams; the number of statements grows
    with every 2,000 logs, not with each.
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
            yield cast("UsageOfYear", row)


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
