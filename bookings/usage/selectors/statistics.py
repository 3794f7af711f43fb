"""Public statistics: sums over usage logs without names, with confirmed corrections applied.

The database sums the logs that no confirmed correction changes. The few others are read and corrected as
everywhere else (`usage.domain.corrections`), and count where their corrected start lies.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db.models import Count, DateField, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from bookings.requests.domain.quota import get_year_interval
from bookings.usage.models import UsageLog
from bookings.usage.selectors.logs_as_counted import IS_CORRECTED, iterate_counted_rows
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

EXTERNAL = Q(external=True)
UNIT = "instrument__organization_id"
CORRECTED_SOURCES = {
    "starts_at": "starts_at",
    "external": "external",
    "unit": UNIT,
    "payer": "payer_organization_id",
}
"""Name in a corrected row → where it is read."""
Key = TypeVar("Key")


@dataclass(frozen=True)
class Openness:
    """Effective seconds in an interval, those for external users, and the organizations served."""

    effective_seconds: int
    external_seconds: int
    organizations_served: int

    @property
    def external_share(self) -> Decimal | None:
        """Return the external part of effective time, from 0 to 1; None without any."""
        if not self.effective_seconds:
            return None
        return Decimal(self.external_seconds) / self.effective_seconds


@dataclass(frozen=True)
class Hours(Generic[Key]):
    """Effective seconds of a month or unit, for internal and external users."""

    key: Key
    internal_seconds: int
    external_seconds: int


@dataclass(frozen=True)
class UseSums:
    """The number of logs, their effective seconds and their amounts."""

    count: int
    effective_seconds: int
    amount_yuan: Decimal


def sum_uses(logs: QuerySet[UsageLog]) -> UseSums:
    """Return the sums over the logs; two statements, and one more for each 2,000 corrected ones."""
    sums = (
        logs.filter(~IS_CORRECTED)
        .order_by()
        .aggregate(
            number=Count("id"),
            seconds=Sum("effective_seconds", default=0),
            yuan=Sum("amount_yuan", default=Decimal(0)),
        )
    )
    number, seconds, yuan = sums["number"], sums["seconds"], sums["yuan"]
    corrected = logs.filter(IS_CORRECTED).order_by("id")
    for rows in iterate_counted_rows(corrected, {"amount_yuan": "amount_yuan"}):
        number += len(rows)
        seconds += sum(row["effective_seconds"] for row in rows)
        yuan += sum((row["amount_yuan"] for row in rows), Decimal(0))
    return UseSums(number, seconds, yuan)


def get_openness(interval: Interval) -> Openness:
    """Return the sums of logs that start in the interval; at most four statements."""
    sums = _uncorrected(interval).aggregate(
        all_seconds=Sum("effective_seconds", default=0),
        external_seconds=Sum("effective_seconds", filter=EXTERNAL, default=0),
        served=Count("payer_organization", filter=EXTERNAL, distinct=True),
    )
    effective, external, payers = sums["all_seconds"], sums["external_seconds"], set()
    for row in _corrected(interval):
        effective += row["effective_seconds"]
        if row["external"]:
            external += row["effective_seconds"]
            payers.add(row["payer"])
    return Openness(effective, external, sums["served"] + _count_others(interval, payers - {None}))


def get_hours_by_month(interval: Interval) -> list[Hours[date]]:
    """Return hours by month (its first day, Asia/Shanghai); months without logs are left out."""
    return _sum_hours(
        interval,
        TruncMonth("starts_at", tzinfo=CITY_TIME, output_field=DateField()),
        lambda row: row["starts_at"].astimezone(CITY_TIME).date().replace(day=1),
    )


def get_hours_by_unit(interval: Interval) -> list[Hours[int]]:
    """Return hours by owning unit (organization id)."""
    return _sum_hours(interval, F(UNIT), itemgetter("unit"))


def get_unit_hours_of_year(organization_id: int, year: int) -> Hours[int]:
    """Return the hours of one owning unit in a calendar year, also if zero."""
    found = _sum_hours(get_year_interval(year), F(UNIT), itemgetter("unit"), **{UNIT: organization_id})
    return found[0] if found else Hours(organization_id, 0, 0)


def _sum_hours(
    interval: Interval, by: TruncMonth | F, key_of: Callable[[dict[str, Any]], Any], **which: Any
) -> list[Hours[Any]]:
    """Sum the hours by a key, which the database takes from `by` and `key_of` from a corrected row."""
    rows = (
        _uncorrected(interval)
        .filter(**which)
        .order_by()
        .annotate(key=by)
        .values("key")
        .annotate(
            internal=Sum("effective_seconds", filter=~EXTERNAL, default=0),
            external=Sum("effective_seconds", filter=EXTERNAL, default=0),
        )
    )
    sums = defaultdict(lambda: [0, 0], {row["key"]: [row["internal"], row["external"]] for row in rows})
    for row in _corrected(interval, **which):
        sums[key_of(row)][row["external"]] += row["effective_seconds"]
    return [Hours(key, internal, external) for key, (internal, external) in sorted(sums.items())]


def _uncorrected(interval: Interval) -> QuerySet[UsageLog]:
    started = UsageLog.objects.filter(starts_at__gte=interval.start, starts_at__lt=interval.end)
    return started.filter(~IS_CORRECTED)


def _corrected(interval: Interval, **which: Any) -> Iterator[dict[str, Any]]:
    """Yield the corrected logs whose corrected start lies in the interval.

    A correction leaves a log in its year, so that only the years of the interval are read.
    """
    years = [at.astimezone(CITY_TIME).year for at in (interval.start, interval.end)]
    first, last = (get_year_interval(year) for year in years)
    logs = UsageLog.objects.filter(
        IS_CORRECTED, starts_at__gte=first.start, starts_at__lt=last.end, **which
    ).order_by("id")
    for rows in iterate_counted_rows(logs, CORRECTED_SOURCES):
        yield from (row for row in rows if interval.start <= row["starts_at"] < interval.end)


def _count_others(interval: Interval, payers: Collection[int]) -> int:
    """Count the payers of corrected logs that no other external log of the interval has."""
    if not payers:
        return 0
    known = _uncorrected(interval).filter(EXTERNAL, payer_organization__in=payers)
    return len(payers) - known.aggregate(number=Count("payer_organization", distinct=True))["number"]
