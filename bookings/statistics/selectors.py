"""Figures of a year for an instrument, a unit, an organization that uses instruments, or the city."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from bookings.requests.domain.choices import CreditKind
from bookings.requests.domain.quota import get_year_interval
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.request_facts import IS_LIFTED
from bookings.requests.selectors.scope import OVERSEER_ROLES
from bookings.statistics.domain import BookingFigures, UsageFigures
from bookings.usage.domain.choices import ResultKind
from bookings.usage.models import UsageLog, UsageResult
from bookings.usage.selectors.logs_as_counted import iterate_counted_rows
from bookings.usage.selectors.overlaps import IS_OVERLAPPING, count_once
from instrument_share.accounts.selectors import region_of
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

TAKEN = (BookingState.IN_USE, BookingState.COMPLETED, BookingState.NO_SHOW)
SOURCES: dict[str, str | Combinable] = {
    "user": "user_id",
    "payer": "payer_organization_id",
    "external": "external",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "overlapping": IS_OVERLAPPING,
    "amount_yuan": "amount_yuan",
}
"""Name in a row → where it is read."""
COUNTED = ("user", "payer", "external", "starts_at", "ends_at", "effective_seconds", "amount_yuan")


@dataclass(frozen=True)
class Scope:
    """Whose figures: the condition for logs and bookings, and for instruments whose open time they had.

    Organizations that use instruments have no open time of their own.
    """

    rows: Q
    instruments: Q | None


def get_scope_of_city(viewer: "Viewer") -> Scope:
    """Return what the viewer supervises, the city or some districts."""
    region = region_of(viewer, *OVERSEER_ROLES)
    return Scope(region.within("instrument__organization"), region.within("organization"))


def get_scope_of_unit(unit: "Organization") -> Scope:
    """Return the instruments that the unit owns."""
    return Scope(Q(instrument__organization=unit), Q(organization=unit))


def get_scope_of_instrument(instrument: "Instrument") -> Scope:
    """Return one instrument."""
    return Scope(Q(instrument=instrument), Q(pk=instrument.pk))


def get_scope_of_organization(organization: "Organization") -> Scope:
    """Return what the organization pays for, on instruments of all units."""
    return Scope(Q(payer_organization=organization), None)


def get_usage_figures(scope: Scope, year: int) -> UsageFigures:
    """Return the uses that start in a year, as they count now; statements grow with every 2,000 uses.

    Uses that are not confirmed yet are counted, as on the public page.
    """
    span = get_year_interval(year)
    figures = UsageFigures()
    logs = UsageLog.objects.filter(scope.rows, starts_at__gte=span.start, starts_at__lt=span.end)
    for rows in iterate_counted_rows(logs.order_by("id"), SOURCES):
        count_once(rows)
        for row in rows:
            figures.add(**{name: row[name] for name in COUNTED})
    return figures


def count_results(scope: Scope, year: int) -> dict[ResultKind, int]:
    """Return how many results came of the uses that start in a year, by kind, without withdrawn ones.

    What several uses name counts once: by its number, else by its title. One statement.
    """
    span = get_year_interval(year)
    logs = UsageLog.objects.filter(scope.rows, starts_at__gte=span.start, starts_at__lt=span.end)
    stated = UsageResult.objects.filter(log__in=logs.order_by(), withdrawal__isnull=True)
    found = {
        (kind, number or title) for kind, number, title in stated.values_list("kind", "identifier", "title")
    }
    counted = Counter(kind for kind, _name in found)
    return {kind: counted[kind.value] for kind in ResultKind}


def get_booking_figures(scope: Scope, year: int) -> BookingFigures:
    """Return the bookings that start in a year; three statements.

    Whose no-show was taken back, since they had come in time, has missed none. What was lifted after an
    appeal is left out too, as on the person's credit; a waived charge changes nothing.
    """
    span = get_year_interval(year)
    booked = Booking.objects.filter(scope.rows, starts_at__gte=span.start, starts_at__lt=span.end)
    taken = booked.filter(state__in=TAKEN).values_list("requested_at", "starts_at")
    seconds = [(starts_at - requested_at).total_seconds() for requested_at, starts_at in taken.iterator()]
    blamed = booked.filter(~Exists(_lifted_events_together()))
    no_shows = blamed.filter(state=BookingState.NO_SHOW, checked_in_at__isnull=True).count()
    late_cancels = blamed.filter(state=BookingState.CANCELLED, late_cancel=True).count()
    lead = timedelta(seconds=median(seconds)) if seconds else None
    return BookingFigures(len(seconds), no_shows, late_cancels, lead)


def _lifted_events_together() -> "QuerySet[CreditEvent]":
    """Return the lifted events of a booking of the outer query, or of what was booked with it."""
    together = {"booking__group_id": OuterRef("group_id"), "booking__part": OuterRef("part")}
    return CreditEvent.objects.filter(IS_LIFTED, **together).exclude(kind=CreditKind.MISUSE)


def get_open_seconds(scope: Scope, year: int, now: datetime) -> int:
    """Return how long the instruments were open in the part of the year that has passed, with closures.

    It begins with an instrument's publication, as in an assessment.
    """
    span = get_year_interval(year)
    if scope.instruments is None or now <= span.start:
        return 0
    passed = Interval(span.start, min(span.end, now))
    owned = providers.instruments_with_related().filter(scope.instruments, published_at__lt=passed.end)
    begins = {pk: max(passed.start, at) for pk, at in owned.values_list("pk", "published_at") if at}
    times = providers.open_seconds(list(begins), passed)
    return sum(times[pk].seconds_inside(begin, passed.end) for pk, begin in begins.items())


def get_utilisation(figures: UsageFigures, open_seconds: int) -> Decimal | None:
    """Return effective time as a part of open time; None where there is no open time."""
    year = figures.year
    used = year.internal_seconds + year.external_seconds
    return Decimal(used) / open_seconds if open_seconds else None
