"""A year of usage for assessments: values without personal data, read in batches."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from bookings.requests.domain.quota import get_year_interval
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.usage.models import UsageConfirmation, UsageDispute, UsageLog
from bookings.usage.selectors.logs_as_counted import (
    CONFIRMATION,
    IS_CORRECTED,
    iterate_by_instrument,
    iterate_counted_rows,
)
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.progress import Tell, tell_nobody
from instrument_share.quick_columns import FewLists, WholeSecond
from providers import public as providers
from providers.domain import OpenSeconds

if TYPE_CHECKING:
    from providers.domain import Terms

MAX_USE_LENGTH = timedelta(days=366)
"""How far before a year uses are looked for that last into it; none is entered that lasts longer."""


class UsageOfYear(TypedDict):
    """One log as it counts now. Related rows are named by public id, apart from `instrument_id`."""

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
    logged_ends_at: datetime | None
    """The end as it was logged, where a confirmed correction has changed it."""
    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    effective_seconds: int
    idle_seconds: int
    inside_windows_seconds: int
    """How much of the use lies in open windows; where none does, in the hours by which it was granted."""
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
    open_dispute: str | None
    """A dispute of the hours that waits for the unit's answer."""


LOG_FIELDS = (
    "instrument_id",
    "user_kind",
    "user_organization_kind",
    "user_size_class",
    "in_region",
    "external",
    "related",
    "idle_seconds",
    "service_mode",
    "direction",
    "purpose",
    "samples",
    "amount_yuan",
    "capture",
)
"""Columns read from fields of the same name; `iterate_counted_rows` adds parts of the effective time."""
RELATED_FIELDS = {
    "id": "public_id",
    "instrument": "instrument__public_id",
    "owner_organization": "instrument__organization__public_id",
    "number": "entry__number",
    "hash": "entry__hash",
    "recorded_by": "entry__recorded_by__public_id",
    "booking": "booking__public_id",
    "quoted_yuan": "booking__quoted_yuan",
    "user": "user__public_id",
    "operator": "operator__public_id",
    "payer_organization": "payer_organization__public_id",
    "payer_person": "payer_person__public_id",
    "rating": "review__rating",
}
"""Column → where it is read."""
INSTANTS = {
    "recorded_at": "entry__recorded_at",
    "booked_starts_at": "booking__starts_at",
    "booked_ends_at": "booking__ends_at",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "logged_ends_at": "ends_at",
}
"""Column → where it is read, to the second. A correction changes `ends_at` alone."""
OPEN_DISPUTE = Subquery(
    UsageDispute.objects.filter(log=OuterRef("pk"), answered_at__isnull=True).values("public_id")[:1]
)


def usage_of_year(year: int, tell: Tell = tell_nobody) -> Iterator[UsageOfYear]:
    """Yield every log of a year (by its start, Asia/Shanghai) as it counts now, by instrument and start.

    Logs before and after that overlap one of the year are included: time claimed twice counts for the use
    recorded first, also across the turn of the year. There is no free text. A correction moves no log to
    another year. Statements grow with every 2,000 logs. Between them `tell` hears how many logs of the year
    are done; it may write.
    """
    span = get_year_interval(year)
    of_year = UsageLog.objects.filter(starts_at__gte=span.start, starts_at__lt=span.end)
    logs = UsageLog.objects.filter(
        Q(starts_at__gte=span.start) | Q(ends_at__gt=span.start) | Q(IS_CORRECTED),
        starts_at__gte=span.start - MAX_USE_LENGTH,
        starts_at__lt=max([span.end, *_get_ends(of_year)]),
    )
    sources: dict[str, str | Combinable] = {
        **{name: name for name in LOG_FIELDS},
        **RELATED_FIELDS,
        **{name: WholeSecond(source) for name, source in INSTANTS.items()},
        "funding_sources": FewLists("funding_sources"),
        "confirmed": Exists(CONFIRMATION),
        "open_dispute": OPEN_DISPUTE,
        "granting_rule": F("booking__rule"),
        "granted_at": WholeSecond("booking__requested_at"),
    }
    reach: dict[int, datetime] = {}
    years_set = providers.times_of_year_set()
    done, total = 0, of_year.count()
    tell(done, total)
    for rows in iterate_by_instrument(logs, sources):
        batch = [row for row in rows if _belongs(row, span, reach)]
        windows = _windows_around(batch)
        for row in batch:
            row["inside_windows_seconds"] = windows[row["instrument_id"]].seconds_inside(
                row["starts_at"], row["ends_at"]
            )
        _count_granted_hours([row for row in batch if _is_partly_outside(row)], years_set)
        for row in batch:
            if row["logged_ends_at"] == row["ends_at"]:
                row["logged_ends_at"] = None
            del row["pk"], row["granting_rule"], row["granted_at"]
            yield cast("UsageOfYear", row)
        done += sum(span.start <= row["starts_at"] < span.end for row in batch)
        tell(done, total)


def count_unconfirmed_of_year(year: int) -> dict[int, int]:
    """Return how many logs of a year (by the start, Asia/Shanghai) of each unit are not confirmed.

    They count nowhere.
    """
    span = get_year_interval(year)
    logs = UsageLog.objects.filter(starts_at__gte=span.start, starts_at__lt=span.end)
    return _count_by_unit(logs.filter(~Exists(CONFIRMATION)))


def count_confirmed_since(year: int, since: datetime) -> int:
    """Return how many logs of a year (by the start, Asia/Shanghai) were confirmed since an instant."""
    span = get_year_interval(year)
    late = UsageConfirmation.objects.filter(correction__isnull=True, entry__recorded_at__gte=since)
    return late.filter(log__starts_at__gte=span.start, log__starts_at__lt=span.end).count()


def count_running_of_year(year: int) -> dict[int, int]:
    """Return how many uses that began in a year nobody has checked out, by unit: they have no log."""
    span = get_year_interval(year)
    running = Booking.objects.filter(
        state=BookingState.IN_USE, checked_in_at__gte=span.start, checked_in_at__lt=span.end
    )
    return _count_by_unit(running)


def _count_by_unit(uses: QuerySet[Any]) -> dict[int, int]:
    counted = uses.order_by().values_list("instrument__organization_id")
    return dict(counted.annotate(number=Count("pk")))


def _get_ends(logs: QuerySet[UsageLog]) -> Iterator[datetime]:
    """Yield the last end of these logs as it was recorded, and those that corrections gave them."""
    if recorded := logs.aggregate(last=Max("ends_at"))["last"]:
        yield recorded
    corrected = logs.filter(IS_CORRECTED).order_by("id")
    for rows in iterate_counted_rows(corrected, {"ends_at": "ends_at"}):
        yield from (row["ends_at"] for row in rows)


def _count_granted_hours(rows: Iterable[dict[str, Any]], years_set: Sequence[datetime]) -> None:
    """Count, for uses that leave the windows, the hours that granted their booking where they hold more.

    They are those of its version of the rule with the public holidays of that time. A version that is
    published or withdrawn later takes windows away, and so does a day that becomes a public holiday; neither
    takes away what was granted before. `years_set` are the instants at which public holidays were set.
    """
    granted: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["granting_rule"] is not None:
            granted[row["granting_rule"], bisect_right(years_set, row["granted_at"])].append(row)
    versions = providers.terms_by_rule({rule_id for rule_id, _ in granted})
    for (rule_id, _), alike in granted.items():
        first, last = min(row["starts_at"] for row in alike), max(row["ends_at"] for row in alike)
        granted_at = max(row["granted_at"] for row in alike)
        hours = OpenSeconds.of(granted_windows(versions[rule_id], granted_at, Interval(first, last)))
        for row in alike:
            granted_seconds = hours.seconds_inside(row["starts_at"], row["ends_at"])
            row["inside_windows_seconds"] = max(row["inside_windows_seconds"], granted_seconds)


def granted_windows(terms: "Terms", granted_at: datetime, interval: Interval) -> list[Interval]:
    """Return the open time under a version of a rule, with the public holidays as known when it granted."""
    return providers.open_time_under([terms], interval, partial(providers.day_table_at, granted_at))


def _is_partly_outside(row: dict[str, Any]) -> bool:
    length = row["ends_at"] - row["starts_at"]
    return bool(row["inside_windows_seconds"] < length // timedelta(seconds=1))


def _belongs(row: dict[str, Any], span: Interval, reach: dict[int, datetime]) -> bool:
    """Return whether a row is of the year or overlaps it; rows come by start on each instrument.

    `reach` holds the latest end of the year's own rows, by instrument.
    """
    instrument = row["instrument_id"]
    if row["starts_at"] < span.start:
        return bool(row["ends_at"] > span.start)
    if row["starts_at"] >= span.end:
        return bool(row["starts_at"] < reach.get(instrument, span.end))
    reach[instrument] = max(row["ends_at"], reach.get(instrument, span.end))
    return True


def _windows_around(rows: Sequence[dict[str, Any]]) -> dict[int, OpenSeconds]:
    """Return open windows of these rows' instruments, from the first row to the last."""
    if not rows:
        return {}
    first = min(row["starts_at"] for row in rows)
    last = max(row["ends_at"] for row in rows)
    return providers.open_seconds(sorted({row["instrument_id"] for row in rows}), Interval(first, last))
