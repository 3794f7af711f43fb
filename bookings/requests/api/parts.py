"""Shared parts of the operations on bookings: who pays, and responses with their revision."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path

from bookings.projects.selectors import get_project
from bookings.requests.schemas import BookingOut, serialize_booking
from bookings.requests.selectors import bookings as bookings_selectors
from instrument_share.accounts import selectors as accounts
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.preconditions import call_if_matching

BookingId = Annotated[PublicId, Path()]


def find_payer(request: HttpRequest, public_id: str | None) -> Any:
    """Return the organization with this public id that pays; None when the person pays. Raises NotFound."""
    return None if public_id is None else accounts.organization(request.user, public_id)


def find_project(request: HttpRequest, public_id: str | None) -> Any:
    """Return the project with this public id; None where none is named. Raises NotFound."""
    return None if public_id is None else get_project(request.user, public_id)


def respond_with_booking(response: HttpResponse, booking: Any) -> BookingOut:
    """Return the booking and set its revision as the ETag."""
    response["ETag"] = f'"{booking.revision}"'
    return serialize_booking(booking)


def change_booking(
    request: HttpRequest,
    response: HttpResponse,
    public_id: str,
    if_match: str | None,
    service: Any,
    **values: Any,
) -> BookingOut:
    """Call a service on a booking visible to the caller; return the booking as it is now."""
    found = bookings_selectors.get_booking(request.user, public_id)
    return respond_with_booking(
        response, call_if_matching(if_match, service, request=request, booking_id=found.pk, **values)
    )
