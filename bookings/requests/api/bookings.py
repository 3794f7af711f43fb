"""Bookings: each operation is one call of a service or selector."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router, Status

from bookings.domain.attendance import CHECK_IN_MINUTES
from bookings.requests.api._parts import payer_of, usage_by_id
from bookings.requests.domain.errors import RevisionMismatch
from bookings.requests.domain.states import BookingState
from bookings.requests.schemas import (
    BookingIn,
    BookingOut,
    BookingsPage,
    MoveIn,
    NoteIn,
    ReasonIn,
    booking_out,
)
from bookings.requests.selectors import bookings as bookings_selectors
from bookings.requests.selectors.bookings import bookings
from bookings.requests.services import bookings as bookings_services
from bookings.usage.schemas import CheckOutIn, UsageOut
from bookings.usage.services import attendance as attendance_services
from instrument_share.web import clock
from instrument_share.web.api.auth import MEMBERS, person
from instrument_share.web.api.errors import PreconditionFailed, PreconditionMissing
from instrument_share.web.api.fields import Instant, PublicId, interval_of
from instrument_share.web.api.openapi import refusals
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import idempotent_operation
from providers import public as providers

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="the booking's ETag, as it was last seen"),
]
BookingId = Annotated[PublicId, Path()]
IDEMPOTENT = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
            "description": "the same key with the same body gives the first answer again, for a week",
        }
    ]
}
WITH_ETAG: dict[str, Any] = {
    "responses": {200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "the revision"}}}}
}

router = Router(tags=["bookings"], auth=MEMBERS)


@router.get(
    "", response={200: BookingsPage, **refusals()}, operation_id="bookings", summary="Bookings you may see"
)
def booking_list(
    request: HttpRequest,
    state: Annotated[BookingState | None, Query()] = None,
    instrument: Annotated[PublicId | None, Query()] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="ending after this")] = None,
    until: Annotated[Instant | None, Query(description="starting before this")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> BookingsPage:
    """One's own, one's organization's as its administrator, one's instruments' as keeper or manager; the
    newest start first."""
    found = bookings(request.user)
    wanted = {
        "state": state,
        "instrument__public_id": instrument,
        "ends_at__gt": from_,
        "starts_at__lt": until,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = page(found, ordering=("-starts_at", "-id"), cursor=cursor, limit=limit)
    return BookingsPage(items=[booking_out(row) for row in rows.items], next_cursor=rows.next_cursor)


@router.post(
    "",
    response={201: BookingOut, **refusals(400, 403, 404, 409, 410)},
    operation_id="booking_create",
    summary="Book an instrument",
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def booking_create(request: HttpRequest, data: BookingIn) -> Status[BookingOut]:
    """Approved at once or waiting for a keeper, as the rule says; either way the time is held."""
    instrument = providers.instrument(request.user, data.instrument)
    payer = payer_of(request, data.payer_organization)
    made = bookings_services.booking_create(
        actor=person(request),
        instrument_id=instrument.pk,
        interval=interval_of(data.starts_at, data.ends_at),
        service_mode=data.service_mode,
        payer_organization_id=payer and payer.pk,
        subject=data.subject,
        project=data.project,
        direction=data.direction,
        samples=data.samples,
        now=clock.now(),
    )
    return Status(201, booking_out(made))


@router.get(
    "/{booking_id}",
    response={200: BookingOut, **refusals(404)},
    operation_id="booking",
    summary="One booking",
    openapi_extra=WITH_ETAG,
)
def booking(request: HttpRequest, response: HttpResponse, booking_id: BookingId) -> BookingOut:
    return _shown(response, bookings_selectors.booking(request.user, booking_id))


@router.patch(
    "/{booking_id}",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412, 428)},
    operation_id="booking_move",
    summary="Move or extend a booking",
    openapi_extra=WITH_ETAG,
)
def booking_move(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: MoveIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """Under the rule in force now, with the same checks and a new quote. Where a keeper decides, an approved
    booking that its user moves is `requested` again. `If-Match` is needed."""
    if if_match is None:
        raise PreconditionMissing
    return _done(
        request,
        response,
        booking_id,
        if_match,
        bookings_services.booking_move,
        interval=interval_of(data.starts_at, data.ends_at),
    )


@router.post(
    "/{booking_id}/cancel",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_cancel",
    summary="Cancel a booking",
    openapi_extra=WITH_ETAG,
)
def booking_cancel(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """After the deadline it costs what the rule says, for the part that nobody takes."""
    return _done(
        request, response, booking_id, if_match, bookings_services.booking_cancel, reason=data.reason
    )


@router.post(
    "/{booking_id}/approve",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_approve",
    summary="Grant a request",
    openapi_extra=WITH_ETAG,
)
def booking_approve(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: NoteIn,
    if_match: IfMatch = None,
) -> BookingOut:
    return _done(request, response, booking_id, if_match, bookings_services.booking_approve, note=data.note)


@router.post(
    "/{booking_id}/reject",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_reject",
    summary="Decline a request",
    openapi_extra=WITH_ETAG,
)
def booking_reject(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """With a reason, which the user reads."""
    return _done(
        request, response, booking_id, if_match, bookings_services.booking_reject, reason=data.reason
    )


@router.post(
    "/{booking_id}/check-in",
    response={200: BookingOut, **refusals(403, 404, 409, 412)},
    operation_id="booking_check_in",
    summary="Let the user at the instrument",
    description=f"From {CHECK_IN_MINUTES} minutes before the start, when nobody else is at it.",
    openapi_extra=WITH_ETAG,
)
def booking_check_in(
    request: HttpRequest, response: HttpResponse, booking_id: BookingId, if_match: IfMatch = None
) -> BookingOut:
    return _done(request, response, booking_id, if_match, attendance_services.booking_check_in)


@router.post(
    "/{booking_id}/check-out",
    response={201: UsageOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_check_out",
    summary="End a use and write its log",
)
def booking_check_out(
    request: HttpRequest, booking_id: BookingId, data: CheckOutIn, if_match: IfMatch = None
) -> Status[UsageOut]:
    """The log waits for the user's confirmation. What was booked beyond is free at once."""
    found = bookings_selectors.booking(request.user, booking_id)
    log = _matching(
        if_match,
        attendance_services.booking_check_out,
        request=request,
        booking_id=found.pk,
        **data.model_dump(),
    )
    return Status(201, usage_by_id(request, log.public_id))


def _shown(response: HttpResponse, booking: Any) -> BookingOut:
    response["ETag"] = f'"{booking.revision}"'
    return booking_out(booking)


def _done(
    request: HttpRequest,
    response: HttpResponse,
    public_id: str,
    if_match: str | None,
    service: Any,
    **values: Any,
) -> BookingOut:
    """A change of a booking that the caller can see, answered with the booking as it is now."""
    found = bookings_selectors.booking(request.user, public_id)
    return _shown(response, _matching(if_match, service, request=request, booking_id=found.pk, **values))


def _matching(if_match: str | None, service: Any, *, request: HttpRequest, **values: Any) -> Any:
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
