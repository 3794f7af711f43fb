"""Bookings: each operation is one call of a service or selector."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from bookings.requests.api.parts import (
    BookingId,
    change_booking,
    find_payer,
    find_project,
    respond_with_booking,
)
from bookings.requests.domain.states import BookingState, require_cancellable
from bookings.requests.schemas import (
    BookingIn,
    BookingOut,
    BookingsPage,
    CancelCostOut,
    MoveIn,
    NoteIn,
    ReasonIn,
    serialize_booking,
)
from bookings.requests.selectors import bookings as bookings_selectors
from bookings.requests.selectors.bookings import bookings
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.services import bookings as bookings_services
from bookings.requests.services import cancellations, deciding
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import Instant, PublicId, require_interval
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.api.preconditions import (
    CREATED_WITH_ETAG,
    WITH_ETAG,
    WITH_ETAG_ONCE,
    IfMatch,
    require_if_match,
)
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import idempotent_operation
from providers import public as providers

CHANGES_BOOKING: dict[str, Any] = {
    "response": {200: BookingOut, **error_responses(400, 403, 404, 409, 412)},
    "openapi_extra": WITH_ETAG_ONCE,
}
"""How an operation answers that decides on a booking."""
router = Router(tags=["bookings"], auth=members(TokenScope.BOOK))


@router.get(
    "",
    response={200: BookingsPage, **error_responses()},
    operation_id="bookings",
    summary=gettext_noop("Bookings you may see"),
)
def booking_list(
    request: HttpRequest,
    state: Annotated[BookingState | None, Query()] = None,
    instrument: Annotated[PublicId | None, Query()] = None,
    group: Annotated[
        PublicId | None, Query(description=gettext_noop("only what was booked together as this group"))
    ] = None,
    from_: Annotated[
        Instant | None, Query(alias="from", description=gettext_noop("only bookings that end after this"))
    ] = None,
    until: Annotated[Instant | None, Query(description=gettext_noop("only what starts before this"))] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> BookingsPage:
    """One's own, one's organization's as its administrator, one's instruments' as keeper or manager; for the
    bureau and Finance all of their region. The newest start first."""
    found = bookings(request.user)
    wanted = {
        "state": state,
        "instrument__public_id": instrument,
        "group__public_id": group,
        "ends_at__gt": from_,
        "starts_at__lt": until,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = page(found, ordering=("-starts_at", "-id"), cursor=cursor, limit=limit)
    named = [row.user_id for row in rows.items]
    people_listed(actor=person(request), what="bookings.read", people=named, now=clock.now())
    return BookingsPage(items=[serialize_booking(row) for row in rows.items], next_cursor=rows.next_cursor)


@router.post(
    "",
    response={201: BookingOut, **error_responses(400, 403, 404, 409, 410)},
    operation_id="booking_create",
    summary=gettext_noop("Book an instrument"),
    openapi_extra=CREATED_WITH_ETAG,
)
@idempotent_operation
def booking_create(request: HttpRequest, response: HttpResponse, data: BookingIn) -> Status[BookingOut]:
    """Approved at once or waiting for a keeper, as the rule says; either way the time is held."""
    instrument_id = providers.instrument_id(request.user, data.instrument)
    payer = find_payer(request, data.payer_organization)
    project = find_project(request, data.organization_project)
    made = bookings_services.booking_create(
        actor=person(request),
        instrument_id=instrument_id,
        interval=require_interval(data.starts_at, data.ends_at),
        service_mode=data.service_mode,
        payer_organization_id=payer and payer.pk,
        subject=data.subject,
        project=data.project,
        organization_project_id=project and project.pk,
        direction=data.direction,
        samples=data.samples,
        now=clock.now(),
    )
    return Status(201, respond_with_booking(response, made))


@router.get(
    "/{booking_id}",
    response={200: BookingOut, **error_responses(404)},
    operation_id="booking",
    summary=gettext_noop("One booking"),
    openapi_extra=WITH_ETAG,
)
def booking(request: HttpRequest, response: HttpResponse, booking_id: BookingId) -> BookingOut:
    return respond_with_booking(response, bookings_selectors.get_booking(request.user, booking_id))


@router.patch(
    "/{booking_id}",
    response={200: BookingOut, **error_responses(400, 403, 404, 409, 412, 428)},
    operation_id="booking_move",
    summary=gettext_noop("Move or extend a booking"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def booking_move(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: MoveIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """Under the rule in force at the new start, with the same checks and a new quote. Where a keeper decides,
    an approved booking that its user moves is `requested` again. `If-Match` is needed."""
    require_if_match(if_match)
    return change_booking(
        request,
        response,
        booking_id,
        if_match,
        bookings_services.booking_move,
        interval=require_interval(data.starts_at, data.ends_at),
    )


@router.get(
    "/{booking_id}/cancel",
    response={200: CancelCostOut, **error_responses(403, 404, 409)},
    operation_id="booking_cancel_cost",
    auth=members(TokenScope.READ),
    summary=gettext_noop("What cancelling a booking costs now"),
)
def booking_cancel_cost(request: HttpRequest, booking_id: BookingId) -> CancelCostOut:
    """With what was booked with it, which is cancelled too. Changes nothing."""
    found = bookings_selectors.get_booking(request.user, booking_id)
    require(person(request), "bookings.cancel", found)
    require_cancellable(found.state, "cancel")
    cost = get_cancel_cost(person(request), found, clock.now())
    return CancelCostOut(free_until=cost.free_until, charge_yuan=cost.charge_yuan if cost.late else None)


@router.post(
    "/{booking_id}/cancel",
    operation_id="booking_cancel",
    summary=gettext_noop("Cancel a booking"),
    **CHANGES_BOOKING,
)
@idempotent_operation
def booking_cancel(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """After the deadline it costs what the rule says, for the part that nobody takes."""
    return change_booking(
        request, response, booking_id, if_match, cancellations.booking_cancel, reason=data.reason
    )


@router.post(
    "/{booking_id}/approve",
    operation_id="booking_approve",
    auth=members(TokenScope.MANAGE),
    summary=gettext_noop("Approve a request"),
    **CHANGES_BOOKING,
)
@idempotent_operation
def booking_approve(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: NoteIn,
    if_match: IfMatch = None,
) -> BookingOut:
    return change_booking(request, response, booking_id, if_match, deciding.booking_approve, note=data.note)


@router.post(
    "/{booking_id}/reject",
    operation_id="booking_reject",
    auth=members(TokenScope.MANAGE),
    summary=gettext_noop("Decline a request"),
    **CHANGES_BOOKING,
)
@idempotent_operation
def booking_reject(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """With a reason, which the user reads."""
    return change_booking(
        request, response, booking_id, if_match, deciding.booking_reject, reason=data.reason
    )


@router.post(
    "/{booking_id}/agree",
    response={200: BookingOut, **error_responses(403, 404, 409, 412)},
    operation_id="booking_agree",
    summary=gettext_noop("Agree to the time to which the unit moved a booking"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def booking_agree(
    request: HttpRequest, response: HttpResponse, booking_id: BookingId, if_match: IfMatch = None
) -> BookingOut:
    """As its user; what was booked with it is agreed to as well. A request is approved with it, unless the
    unit chose the time for somebody who has handed the booking over since. `If-Match` makes sure that it was
    not moved again."""
    return change_booking(request, response, booking_id, if_match, deciding.booking_agree)
