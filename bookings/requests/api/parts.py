"""What the operations on bookings share: the revision that a caller saw, and the booking as it is now."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path

from bookings.requests.schemas import BookingOut, booking_out
from bookings.requests.selectors import bookings as bookings_selectors
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import RevisionMismatch
from instrument_share.web import clock
from instrument_share.web.api.auth import person
from instrument_share.web.api.errors import PreconditionFailed
from instrument_share.web.api.fields import PublicId

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="the booking's ETag, as it was last seen"),
]
BookingId = Annotated[PublicId, Path()]
WITH_ETAG: dict[str, Any] = {
    "responses": {200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "the revision"}}}}
}


def payer_of(request: HttpRequest, public_id: str | None) -> Any:
    return None if public_id is None else accounts.organization(request.user, public_id)


def booking_shown(response: HttpResponse, booking: Any) -> BookingOut:
    response["ETag"] = f'"{booking.revision}"'
    return booking_out(booking)


def booking_acted(
    request: HttpRequest,
    response: HttpResponse,
    public_id: str,
    if_match: str | None,
    service: Any,
    **values: Any,
) -> BookingOut:
    """A change of a booking that the caller can see, answered with the booking as it is now."""
    found = bookings_selectors.booking(request.user, public_id)
    return booking_shown(
        response, call_if_matching(if_match, service, request=request, booking_id=found.pk, **values)
    )


def call_if_matching(if_match: str | None, service: Any, *, request: HttpRequest, **values: Any) -> Any:
    """The service's result; 412 when `If-Match` names another revision than the stored one."""
    try:
        return service(actor=person(request), now=clock.now(), revision=_revision(if_match), **values)
    except RevisionMismatch as error:
        raise PreconditionFailed(error) from error


def _revision(if_match: str | None) -> int | None:
    """The revision that an ETag names; -1, which none has, for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
