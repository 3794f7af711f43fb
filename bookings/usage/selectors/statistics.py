"""Public statistics: sums over usage logs without names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from bookings.requests.domain.quota import get_year_interval
from bookings.usage.models import UsageLog
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

EXTERNAL = Q(external=True)
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


def get_openness(interval: Interval) -> Openness:
    """Return the sums of logs that start in the interval. One statement."""
    sums = _logs(interval).aggregate(
        all_seconds=Sum("effective_seconds"),
        external_seconds=Sum("effective_seconds", filter=EXTERNAL),
        served=Count("payer_organization", filter=EXTERNAL, distinct=True),
    )
    return Openness(sums["all_seconds"] or 0, sums["external_seconds"] or 0, sums["served"])


def get_hours_by_month(interval: Interval) -> list[Hours[date]]:
    """Return hours by month (its first day, Asia/Shanghai); months without logs are left out."""
    return _sum_hours(interval, TruncMonth("starts_at", tzinfo=CITY_TIME))


def get_hours_by_unit(interval: Interval) -> list[Hours[int]]:
    """Return hours by owning unit (organization id)."""
    return _sum_hours(interval, F("instrument__organization_id"))


def get_unit_hours_of_year(organization_id: int, year: int) -> Hours[int]:
    """Return the hours of one owning unit in a calendar year, also if zero."""
    unit = F("instrument__organization_id")
    found = _sum_hours(get_year_interval(year), unit, instrument__organization_id=organization_id)
    return found[0] if found else Hours(organization_id, 0, 0)


def _sum_hours(interval: Interval, by: TruncMonth | F, **which: Any) -> list[Hours[Any]]:
    rows = (
        _logs(interval)
        .filter(**which)
        .order_by()
        .annotate(key=by)
        .values("key")
        .annotate(
            internal_seconds=Sum("effective_seconds", filter=~EXTERNAL, default=0),
            external_seconds=Sum("effective_seconds", filter=EXTERNAL, default=0),
        )
        .order_by("key")
    )
    return [Hours(row["key"], row["internal_seconds"], row["external_seconds"]) for row in rows]


def _logs(interval: Interval) -> QuerySet[UsageLog]:
    return UsageLog.objects.filter(starts_at__gte=interval.start, starts_at__lt=interval.end)
