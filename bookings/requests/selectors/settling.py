"""Bookings that a decision about their instrument or their user would hit."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bookings.requests.domain.states import NOT_BEGUN
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Qualification


def not_begun(instrument_id: int, now: datetime) -> Q:
    """The condition for bookings of an instrument that are still to come."""
    return Q(instrument_id=instrument_id, ends_at__gt=now)


def booked_by_right(qualification: "Qualification", now: datetime) -> Q:
    """The condition for bookings that rest on this right: its user operates the instrument, under a rule that
    asks for a qualification, and no other one of theirs lasts through the end."""
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


def bookings_hit(viewer: "Viewer", condition: Q) -> QuerySet[Booking]:
    """The bookings that the viewer may see, have not begun, and meet the condition, in order of time."""
    return bookings(viewer).filter(condition, state__in=NOT_BEGUN).order_by("starts_at", "pk")
