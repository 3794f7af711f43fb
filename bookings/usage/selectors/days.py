"""The kept sums of usage by day, and the same worked out from the logs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from bookings.usage.domain.days import DaySums, to_fen
from bookings.usage.models import ServedDay, UsageDay, UsageLog, WaitingLog
from bookings.usage.selectors.logs_as_counted import IS_CORRECTED, iterate_counted_rows
from bookings.usage.selectors.overlaps import IS_OVERLAPPING, count_once
from instrument_share.kernel.city_time import CITY_TIME

UNIT = "instrument__organization_id"
SOURCES: dict[str, str | Combinable] = {
    "unit": UNIT,
    "payer": "payer_organization_id",
    "external": "external",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "overlapping": IS_OVERLAPPING,
    "amount_yuan": "amount_yuan",
}
"""Name in the facts of `DaySums.add` → where it is read."""
EXTERNAL = Q(external=True)


def iterate_units() -> Iterator[int]:
    """Yield the ids of the units that have logs, or of which anything is kept."""
    units = {*UsageLog.objects.order_by().values_list(UNIT, flat=True).distinct()}
    for model in (UsageDay, ServedDay, WaitingLog):
        kept = model._default_manager.order_by().values_list("organization_id", flat=True)
        units.update(kept.distinct())
    yield from sorted(units)


def get_kept_sums(organization_id: int) -> DaySums:
    """Return the kept sums of a unit."""
    days = UsageDay.objects.filter(organization_id=organization_id)
    served = ServedDay.objects.filter(organization_id=organization_id)
    return DaySums(
        {
            (organization_id, day): (inside, outside, fen, uses)
            for day, inside, outside, fen, uses in days.values_list(
                "day", "internal_seconds", "external_seconds", "amount_fen", "uses"
            )
        },
        Counter(
            {
                (organization_id, payer, day): uses
                for payer, day, uses in served.values_list("payer_id", "day", "uses")
            }
        ),
    )


def calculate_sums(organization_id: int) -> DaySums:
    """Return the sums of a unit's logs.

    The database sums those that count as they were recorded. The few others are read, corrected as
    everywhere else (`usage.domain.corrections`), and time claimed twice counts once.
    """
    sums = DaySums()
    logs = UsageLog.objects.filter(**{UNIT: organization_id})
    as_recorded = logs.filter(~IS_CORRECTED, ~IS_OVERLAPPING)
    for day, inside, outside, yuan, uses in _sum_by_day(as_recorded):
        sums.add_day(organization_id, day, (inside, outside, to_fen(yuan), uses))
    for payer, day, uses in _count_by_payer(as_recorded):
        sums.served[organization_id, payer, day] += uses
    for rows in iterate_counted_rows(logs.filter(IS_CORRECTED | IS_OVERLAPPING).order_by("id"), SOURCES):
        count_once(rows)
        for row in rows:
            sums.add(row)
    return sums


def _sum_by_day(logs: QuerySet[UsageLog]) -> Iterable[tuple[Any, ...]]:
    return (
        _by_day(logs)
        .values("on")
        .annotate(
            inside=Sum("effective_seconds", filter=~EXTERNAL, default=0),
            outside=Sum("effective_seconds", filter=EXTERNAL, default=0),
            yuan=Sum("amount_yuan", default=Decimal(0)),
            uses=Count("pk"),
        )
        .values_list("on", "inside", "outside", "yuan", "uses")
    )


def _count_by_payer(logs: QuerySet[UsageLog]) -> Iterable[tuple[Any, ...]]:
    external = _by_day(logs).filter(EXTERNAL, payer_organization__isnull=False)
    return (
        external.values("payer_organization_id", "on")
        .annotate(uses=Count("pk"))
        .values_list("payer_organization_id", "on", "uses")
    )


def _by_day(logs: QuerySet[UsageLog]) -> QuerySet[Any]:
    return logs.order_by().annotate(on=TruncDate("starts_at", tzinfo=CITY_TIME))
