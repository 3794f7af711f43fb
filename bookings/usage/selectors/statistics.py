"""Public statistics: sums over usage logs without names, with confirmed corrections applied.

They are read from sums that are kept by day (`usage.services.days`): at a million logs a year takes 10 ms
instead of 500.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Count, DateField, Exists, F, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import TruncMonth

from bookings.requests.domain.quota import get_year_interval
from bookings.usage.models import ServedDay, UsageDay, UsageLog
from bookings.usage.selectors.logs_as_counted import IS_CORRECTED, iterate_counted_rows
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

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
    """Return the sums of logs that start in the interval, which consists of whole days; one statement."""
    days = _get_days(interval)
    served = accounts.organizations_of_any_state().filter(
        Exists(ServedDay.objects.filter(payer=OuterRef("pk"), **days))
    )
    counted = served.order_by().values(every=Value(1)).annotate(number=Count("pk")).values("number")
    sums = UsageDay.objects.filter(**days).aggregate(
        internal=Sum("internal_seconds", default=0),
        external=Sum("external_seconds", default=0),
        served=Max(Subquery(counted), default=0),
    )
    return Openness(sums["internal"] + sums["external"], sums["external"], sums["served"])


def get_hours_by_month(interval: Interval) -> list[Hours[date]]:
    """Return hours by month (its first day, Asia/Shanghai); months without logs are left out."""
    return _sum_hours(_kept(interval), TruncMonth("day", output_field=DateField()))


def get_hours_by_unit(interval: Interval) -> list[Hours[int]]:
    """Return hours by owning unit (organization id)."""
    return _sum_hours(_kept(interval), F("organization_id"))


def get_unit_hours_of_year(organization_id: int, year: int) -> Hours[int]:
    """Return the hours of one owning unit in a calendar year, also if zero."""
    kept = _kept(get_year_interval(year)).filter(organization_id=organization_id)
    found = _sum_hours(kept, F("organization_id"))
    return found[0] if found else Hours(organization_id, 0, 0)


def _sum_hours(kept: QuerySet[UsageDay], by: TruncMonth | F) -> list[Hours[Any]]:
    rows = (
        kept.order_by()
        .annotate(key=by)
        .values("key")
        .annotate(internal=Sum("internal_seconds"), external=Sum("external_seconds"))
        .order_by("key")
    )
    return [Hours(*row) for row in rows.values_list("key", "internal", "external")]


def _kept(interval: Interval) -> QuerySet[UsageDay]:
    return UsageDay.objects.filter(**_get_days(interval))


def _get_days(interval: Interval) -> dict[str, date]:
    """Return the days of an interval as a filter. Raises ValueError unless it consists of whole days."""
    start, end = (at.astimezone(CITY_TIME) for at in (interval.start, interval.end))
    if start.time() != time() or end.time() != time():
        raise ValueError(f"{interval} does not consist of whole days of the city.")
    return {"day__gte": start.date(), "day__lt": end.date()}
