"""A project's bookings and uses with what each takes of its budget, by month and one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bookings.budgets.domain import Part
from bookings.requests.models import Booking
from bookings.requests.selectors.project_budget import CHARGED, COMMITTED
from bookings.usage.models import UsageLog
from bookings.usage.selectors.logs_as_counted import ProjectUse, iterate_project_uses
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from bookings.projects.models import Project

BATCH_SIZE = 1000
COUNTS = COMMITTED | CHARGED | Q(usage_log__isnull=False)
"""Bookings that a budget counts: ahead, charged without a use, or used."""


@dataclass(frozen=True)
class Line:
    """A booking that names a project, with the public id of its use and what it takes of the budget."""

    booking: Booking
    part: Part
    amount_yuan: Decimal
    usage_log: str


@dataclass(frozen=True)
class Month:
    """What the bookings and uses that start in a month take of a budget; `first_date` is its first day."""

    first_date: date
    committed_yuan: Decimal
    spent_yuan: Decimal
    number: int


def project_bookings(project: "Project") -> QuerySet[Booking]:
    """Return the bookings that the project's budget counts, unordered, with instrument, unit and user."""
    named = Booking.objects.filter(COUNTS, organization_project=project)
    return named.select_related("instrument__organization", "user")


def read_lines(bookings: Iterable[Booking]) -> list[Line]:
    """Return what each of these bookings of a page takes."""
    rows = list(bookings)
    uses = _read_uses(UsageLog.objects.filter(booking__in=[one.pk for one in rows]))
    return [_to_line(one, uses.get(one.pk)) for one in rows]


def iterate_lines(project: "Project") -> Iterator[Line]:
    """Yield every line of the project by start, in batches."""
    batch: list[Booking] = []
    for booking in project_bookings(project).order_by("starts_at", "id").iterator(BATCH_SIZE):
        batch.append(booking)
        if len(batch) == BATCH_SIZE:
            yield from read_lines(batch)
            batch = []
    yield from read_lines(batch)


def get_months(project: "Project") -> list[Month]:
    """Return the months in which something starts, the newest first; they add up to the budget's figures."""
    sums: dict[date, list[Line]] = {}
    for line in iterate_lines(project):
        month = line.booking.starts_at.astimezone(CITY_TIME).date().replace(day=1)
        sums.setdefault(month, []).append(line)
    return [_to_month(month, sums[month]) for month in sorted(sums, reverse=True)]


def _to_month(first_date: date, lines: list[Line]) -> Month:
    zero = Decimal("0.00")
    is_ahead = [line.amount_yuan for line in lines if line.part is Part.COMMITTED]
    return Month(
        first_date=first_date,
        committed_yuan=sum(is_ahead, zero),
        spent_yuan=sum((one.amount_yuan for one in lines if one.part is not Part.COMMITTED), zero),
        number=len(lines),
    )


def _read_uses(logs: QuerySet[UsageLog]) -> dict[int, ProjectUse]:
    return {use.booking_id: use for use in iterate_project_uses(logs)}


def _to_line(booking: Booking, use: ProjectUse | None) -> Line:
    if use is not None:
        return Line(booking, Part.USED, use.amount_yuan, use.public_id)
    if booking.charged_yuan:
        return Line(booking, Part.CHARGED, booking.charged_yuan, "")
    return Line(booking, Part.COMMITTED, booking.quoted_yuan, "")
