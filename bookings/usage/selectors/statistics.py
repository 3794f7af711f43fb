"""Public figures of openness: sums over usage logs, without anybody's name."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from bookings.requests.domain.quota import year_of
from bookings.usage.models import UsageLog
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

EXTERNAL = Q(external=True)
Of = TypeVar("Of")


@dataclass(frozen=True)
class Openness:
    """What happened in an interval: effective seconds, those for others, and for how many organizations."""

    effective_seconds: int
    external_seconds: int
    organizations_served: int

    @property
    def external_share(self) -> Decimal | None:
        if not self.effective_seconds:
            return None
        return Decimal(self.external_seconds) / self.effective_seconds


@dataclass(frozen=True)
class Hours(Generic[Of]):
    """Effective hours of one month or one unit: for the own unit, and for others."""

    of: Of
    internal_seconds: int
    external_seconds: int


def openness(interval: Interval) -> Openness:
    """The sums of the logs that start in the interval; one statement."""
    sums = _logs(interval).aggregate(
        all_seconds=Sum("effective_seconds"),
        external_seconds=Sum("effective_seconds", filter=EXTERNAL),
        served=Count("payer_organization", filter=EXTERNAL, distinct=True),
    )
    return Openness(sums["all_seconds"] or 0, sums["external_seconds"] or 0, sums["served"])


def hours_by_month(interval: Interval) -> list[Hours[date]]:
    """Month by month (its first day, Asia/Shanghai), in order of time; months without a log are left out."""
    return _hours(interval, TruncMonth("starts_at", tzinfo=CITY_TIME))


def hours_by_unit(interval: Interval) -> list[Hours[int]]:
    """By owning unit (id of the organization)."""
    return _hours(interval, F("instrument__organization_id"))


def hours_of_unit(organization_id: int, interval: Interval) -> Hours[int]:
    """Those of one owning unit, also where there are none."""
    found = _hours(interval, F("instrument__organization_id"), instrument__organization_id=organization_id)
    return found[0] if found else Hours(organization_id, 0, 0)


def hours_of_unit_in(organization_id: int, year: int) -> Hours[int]:
    """Those of one owning unit in a calendar year."""
    return hours_of_unit(organization_id, year_of(year))


def _hours(interval: Interval, by: TruncMonth | F, **which: Any) -> list[Hours[Any]]:
    rows = (
        _logs(interval)
        .filter(**which)
        .order_by()
        .annotate(of=by)
        .values("of")
        .annotate(
            internal_seconds=Sum("effective_seconds", filter=~EXTERNAL, default=0),
            external_seconds=Sum("effective_seconds", filter=EXTERNAL, default=0),
        )
        .order_by("of")
    )
    return [Hours(row["of"], row["internal_seconds"], row["external_seconds"]) for row in rows]


def _logs(interval: Interval) -> QuerySet[UsageLog]:
    return UsageLog.objects.filter(starts_at__gte=interval.start, starts_at__lt=interval.end)
