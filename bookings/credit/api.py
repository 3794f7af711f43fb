"""Misuse of bookings, events on one's credit, appeals against them, and answers."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from bookings.credit.schemas import (
    AppealAnswerIn,
    AppealIn,
    CreditEventOut,
    CreditEventsPage,
    MisuseIn,
    serialize_credit_event,
)
from bookings.credit.selectors import (
    credit_events,
    get_credit_event,
    get_suspended_until,
    unanswered_appeals,
)
from bookings.credit.services import credit_answer, credit_appeal, misuse_record
from bookings.requests.api.parts import BookingId
from bookings.requests.selectors.bookings import get_booking
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation

router = Router(tags=["bookings"], auth=members(TokenScope.BOOK))
booking_router = Router(tags=["bookings"], auth=members(TokenScope.MANAGE))
EventId = Annotated[PublicId, Path()]


@booking_router.post(
    "/{booking_id}/misuse",
    response={201: CreditEventOut, **error_responses(400, 403, 404, 409)},
    operation_id="misuse_record",
    summary=gettext_noop("Record misuse of a booking that was used"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def misuse(request: HttpRequest, booking_id: BookingId, data: MisuseIn) -> Status[CreditEventOut]:
    """Once for a booking and what was booked with it, until as long after its end as an appeal can be made.

    Its user is told, with the reason.
    """
    found, now = get_booking(request.user, booking_id), clock.now()
    event = misuse_record(actor=person(request), booking_id=found.pk, reason=data.reason, now=now)
    return Status(201, serialize_credit_event(get_credit_event(request.user, event.public_id), now))


@router.get(
    "",
    response={200: CreditEventsPage, **error_responses()},
    operation_id="credit_events",
    summary=gettext_noop("Credit events you may see"),
)
def credit_event_list(
    request: HttpRequest,
    waiting: Annotated[
        bool, Query(description=gettext_noop("only those whose appeal is not answered yet"))
    ] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CreditEventsPage:
    """One's own; for units the misuse that they recorded and what was appealed, for the bureau the appeals
    that went on to it. The newest first."""
    now, found = clock.now(), credit_events(request.user)
    if waiting:
        found = found.filter(appeal__in=unanswered_appeals())
    rows = page(found, ordering=("-occurred_at", "-id"), cursor=cursor, limit=limit)
    named = [row.user_id for row in rows.items]
    people_listed(actor=person(request), what="credit.read", people=named, now=now)
    return CreditEventsPage(
        suspended_until=get_suspended_until(person(request).pk, now),
        items=[serialize_credit_event(row, now) for row in rows.items],
        next_cursor=rows.next_cursor,
    )


@router.post(
    "/{event_id}/appeal",
    response={200: CreditEventOut, **error_responses(400, 403, 404, 409)},
    operation_id="credit_appeal",
    summary=gettext_noop("Appeal an event on your credit"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def credit_event_appeal(request: HttpRequest, event_id: EventId, data: AppealIn) -> CreditEventOut:
    """Once for each event, until `appeal_until`. It counts until the appeal is granted."""
    found = get_credit_event(request.user, event_id)
    credit_appeal(actor=person(request), event_id=found.pk, reason=data.reason, now=clock.now())
    return serialize_credit_event(get_credit_event(request.user, event_id), clock.now())


@router.post(
    "/{event_id}/answer",
    response={200: CreditEventOut, **error_responses(400, 403, 404, 409)},
    operation_id="credit_answer",
    auth=members(TokenScope.MANAGE),
    summary=gettext_noop("Answer an appeal against a credit event"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def credit_event_answer(request: HttpRequest, event_id: EventId, data: AppealAnswerIn) -> CreditEventOut:
    """By the unit, or by the bureau once the appeal was passed on. A lifted event counts no longer."""
    found = get_credit_event(request.user, event_id)
    credit_answer(
        actor=person(request), event_id=found.pk, outcome=data.outcome, reason=data.reason, now=clock.now()
    )
    return serialize_credit_event(get_credit_event(request.user, event_id), clock.now())
