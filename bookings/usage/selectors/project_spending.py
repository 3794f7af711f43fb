"""What the uses that name a project cost, as they count now."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from bookings.usage.models import UsageLog
from bookings.usage.selectors.logs_as_counted import iterate_counted_rows

_READ = {
    "booking_id": "booking_id",
    "project_id": "booking__organization_project_id",
    "starts_at": "starts_at",
    "amount_yuan": "amount_yuan",
    "public_id": "public_id",
}


class ProjectUse(NamedTuple):
    """A use of a booking that names a project, with its amount as confirmed corrections leave it."""

    project_id: int
    booking_id: int
    public_id: str
    starts_at: datetime
    amount_yuan: Decimal


def iterate_project_uses(logs: QuerySet[UsageLog]) -> Iterator[ProjectUse]:
    """Yield those of the logs whose bookings name projects."""
    named = logs.filter(booking__organization_project__isnull=False).order_by("id")
    for rows in iterate_counted_rows(named, _READ):
        yield from (ProjectUse(**{name: row[name] for name in ProjectUse._fields}) for row in rows)


def sum_project_uses(project_ids: Collection[int]) -> Mapping[int, Decimal]:
    """Return what the uses of each of these projects cost, in yuan."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for use in iterate_project_uses(UsageLog.objects.filter(booking__organization_project__in=project_ids)):
        sums[use.project_id] += use.amount_yuan
    return sums
