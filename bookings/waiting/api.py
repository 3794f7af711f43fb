"""Waiting for time, and answering what is offered."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from bookings.proposals.domain import LONGEST_SPAN
from bookings.requests.api.parts import BookingId, find_payer, find_project, respond_with_booking
from bookings.requests.schemas import BookingOut
from bookings.waiting.schemas import WaitIn, WaitOut, WaitsPage, serialize_waits
from bookings.waiting.selectors import OPEN, get_offer, get_wait, waits
from bookings.waiting.services import entries, offers
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId, require_interval
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.api.preconditions import WITH_ETAG_ONCE
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation
from providers import public as providers

router = Router(tags=["bookings"], auth=members(TokenScope.BOOK))


@router.get(
    "",
    response={200: WaitsPage, **error_responses()},
    operation_id="waits",
    summary=gettext_noop("Waits you may see"),
)
def wait_list(
    request: HttpRequest,
    all: Annotated[
        bool, Query(description=gettext_noop("whether those that have ended are listed too"))
    ] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> WaitsPage:
    """One's own, and those that an organization pays which one administers; the newest first."""
    found = waits(request.user)
    rows = page(
        found if all else found.filter(OPEN), ordering=("-joined_at", "-id"), cursor=cursor, limit=limit
    )
    now, named = clock.now(), [row.user_id for row in rows.items]
    people_listed(actor=person(request), what="waits.read", people=named, now=now)
    return WaitsPage(items=serialize_waits(rows.items, now), next_cursor=rows.next_cursor)


@router.post(
    "",
    response={201: WaitOut, **error_responses(400, 403, 404, 409, 410)},
    operation_id="waiting_join",
    summary=gettext_noop("Wait for time on an instrument"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def waiting_join(request: HttpRequest, data: WaitIn) -> Status[WaitOut]:
    """Time that comes free is offered in the order of the list; what is free already is offered at once."""
    instrument_id = providers.instrument_id(request.user, data.instrument)
    payer = find_payer(request, data.payer_organization)
    project = find_project(request, data.organization_project)
    made = entries.waiting_join(
        actor=person(request),
        instrument_id=instrument_id,
        wanted=require_interval(data.earliest, data.latest, longest=LONGEST_SPAN, field="latest"),
        minutes=data.minutes,
        service_mode=data.service_mode,
        payer_organization_id=payer and payer.pk,
        subject=data.subject,
        project=data.project,
        organization_project_id=project and project.pk,
        direction=data.direction,
        now=clock.now(),
    )
    return Status(201, _read_wait(request, made.public_id))


@router.post(
    "/{wait_id}/leave",
    response={200: WaitOut, **error_responses(403, 404, 409)},
    operation_id="waiting_leave",
    summary=gettext_noop("Leave a waiting list"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def waiting_leave(request: HttpRequest, wait_id: Annotated[PublicId, Path()]) -> WaitOut:
    """An open offer goes to the next on the list."""
    found = get_wait(request.user, wait_id)
    entries.waiting_leave(actor=person(request), entry_id=found.pk, now=clock.now())
    return _read_wait(request, wait_id)


@router.post(
    "/offers/{booking_id}/accept",
    response={200: BookingOut, **error_responses(403, 404, 409)},
    operation_id="offer_accept",
    summary=gettext_noop("Accept an offered time"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def offer_accept(request: HttpRequest, response: HttpResponse, booking_id: BookingId) -> BookingOut:
    """Checked as any booking; approved at once or waiting for a keeper, as the rule says."""
    offer = get_offer(request.user, booking_id)
    return respond_with_booking(
        response,
        offers.offer_accept(actor=person(request), booking_id=offer.booking_id, now=clock.now()),
    )


@router.post(
    "/offers/{booking_id}/decline",
    response={200: BookingOut, **error_responses(403, 404, 409)},
    operation_id="offer_decline",
    summary=gettext_noop("Decline an offered time"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def offer_decline(request: HttpRequest, response: HttpResponse, booking_id: BookingId) -> BookingOut:
    """It goes to the next on the list; one goes on waiting for another time."""
    offer = get_offer(request.user, booking_id)
    return respond_with_booking(
        response,
        offers.offer_decline(actor=person(request), booking_id=offer.booking_id, now=clock.now()),
    )


def _read_wait(request: HttpRequest, public_id: str) -> WaitOut:
    (wait,) = serialize_waits([get_wait(request.user, public_id)], clock.now())
    return wait
