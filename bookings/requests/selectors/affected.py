"""Bookings affected by a decision about their instrument or user."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bookings.requests.domain.states import NOT_BEGUN_STATES
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Qualification


def get_upcoming_condition(instrument_id: int, now: datetime) -> Q:
    """Return the condition for bookings of an instrument that have not ended."""
    return Q(instrument_id=instrument_id, ends_at__gt=now)


def get_overlap_condition(instrument_id: int, interval: Interval) -> Q:
    """Return the condition for bookings of an instrument in this interval."""
    return Q(instrument_id=instrument_id, starts_at__lt=interval.end, ends_at__gt=interval.start)


def get_qualification_condition(qualification: "Qualification", now: datetime) -> Q:
    """Return the condition for bookings that depend on this qualification.

    Their user operates the instrument under a rule that requires a qualification, and has no other one that
    lasts through the end.
    """
    resting = Q(
        instrument_id=qualification.instrument_id,
        user_id=qualification.user_id,
        ends_at__gt=now,
        service_mode=ServiceMode.SELF_OPERATED,
        rule__needs_qualification=True,
    )
    other = providers.qualification_end(
        qualification.user_id, qualification.instrument_id, exclude_id=qualification.pk
    )
    return resting if other is None else resting & Q(ends_at__gt=other)


def affected_bookings(viewer: "Viewer", condition: Q) -> QuerySet[Booking]:
    """Return bookings visible to the viewer that have not begun and meet the condition, by start."""
    return bookings(viewer).filter(condition, state__in=NOT_BEGUN_STATES).order_by("starts_at", "pk")
