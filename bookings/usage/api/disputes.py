"""Disputes about recorded hours: opened by the user of a log, answered by the unit."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from bookings.requests.schemas import ReasonIn
from bookings.usage.schemas import AnswerIn, DisputeOut, DisputePage, serialize_dispute
from bookings.usage.selectors.disputes import find_dispute, usage_disputes
from bookings.usage.selectors.usage import get_usage_log
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer
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

router = Router(tags=["usage"], auth=members(TokenScope.USAGE))
log_router = Router(tags=["usage"], auth=members(TokenScope.USAGE))


@log_router.post(
    "/{log_id}/disputes",
    response={201: DisputeOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_dispute",
    summary=gettext_noop("Dispute the hours of a usage log"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def dispute_open(
    request: HttpRequest, log_id: Annotated[PublicId, Path()], data: ReasonIn
) -> Status[DisputeOut]:
    """By the user of the log, one at a time. The unit can't confirm the hours until it has answered."""
    log = get_usage_log(request.user, log_id)
    dispute = usage_dispute(actor=person(request), log_id=log.pk, reason=data.reason, now=clock.now())
    return Status(201, serialize_dispute(dispute))


@router.get(
    "",
    response={200: DisputePage, **error_responses()},
    operation_id="usage_disputes",
    summary=gettext_noop("Disputes about hours that you may see"),
)
def dispute_list(
    request: HttpRequest,
    open_: Annotated[
        bool | None,
        Query(
            alias="open",
            description=gettext_noop("true: only those that wait for an answer; false: only those answered"),
        ),
    ] = None,
    log: Annotated[
        PublicId | None, Query(description=gettext_noop("only disputes of this usage log"))
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DisputePage:
    """Of logs that you may see, the newest first."""
    wanted = {"answered_at__isnull": open_, "log__public_id": log}
    found = usage_disputes(request.user).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    rows = page(found, ordering=("-raised_at", "-id"), cursor=cursor, limit=limit)
    named = [row.raised_by_id for row in rows.items]
    people_listed(actor=person(request), what="disputes.read", people=named, now=clock.now())
    return DisputePage(items=[serialize_dispute(row) for row in rows.items], next_cursor=rows.next_cursor)


@router.get(
    "/{dispute_id}",
    response={200: DisputeOut, **error_responses(404)},
    operation_id="usage_dispute_read",
    summary=gettext_noop("One dispute about hours"),
)
def dispute_read(request: HttpRequest, dispute_id: Annotated[PublicId, Path()]) -> DisputeOut:
    return serialize_dispute(find_dispute(request.user, dispute_id))


@router.post(
    "/{dispute_id}/answer",
    response={200: DisputeOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_dispute_answer",
    summary=gettext_noop("Answer a dispute about hours"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def dispute_answer(
    request: HttpRequest, dispute_id: Annotated[PublicId, Path()], data: AnswerIn
) -> DisputeOut:
    """By the unit; the answer ends the dispute. Where the user is right, correct the log first, on
    its page."""
    found = find_dispute(request.user, dispute_id)
    usage_dispute_answer(actor=person(request), dispute_id=found.pk, answer=data.answer, now=clock.now())
    return serialize_dispute(find_dispute(request.user, dispute_id))
