"""Shared parts of the operations on bookings: revisions, ETags and responses."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path

from bookings.requests.schemas import BookingOut, serialize_booking
from bookings.requests.selectors import bookings as bookings_selectors
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import RevisionMismatch
from instrument_share.web import clock
from instrument_share.web.api.auth import person
from instrument_share.web.api.errors import PreconditionFailed
from instrument_share.web.api.fields import PublicId
from instrument_share.web.idempotency import IDEMPOTENT

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="the booking's ETag, as it was last seen"),
]
BookingId = Annotated[PublicId, Path()]
WITH_ETAG: dict[str, Any] = {
    "responses": {200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "the revision"}}}}
}
WITH_ETAG_ONCE: dict[str, Any] = {**WITH_ETAG, **IDEMPOTENT}


def find_payer(request: HttpRequest, public_id: str | None) -> Any:
    """Return the organization with this public id that pays; None when the person pays. Raises NotFound."""
    return None if public_id is None else accounts.organization(request.user, public_id)


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


def call_if_matching(if_match: str | None, service: Any, *, request: HttpRequest, **values: Any) -> Any:
    """Call the service with the revision of `If-Match`; raise PreconditionFailed (412) if outdated."""
    try:
        return service(actor=person(request), now=clock.now(), revision=_revision(if_match), **values)
    except RevisionMismatch as error:
        raise PreconditionFailed(error) from error


def _revision(if_match: str | None) -> int | None:
    """Return the revision of an ETag: None for `*`, and for foreign ETags -1, which matches nothing.

    A compressed response bears its ETag with the mark `W/`; the revision is the same.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
