"""Usage logs as they count now."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from bookings.usage.api.parts import get_usage_out, serialize_current_usages
from bookings.usage.schemas import ConfirmIn, UsageOut, UsagePage
from bookings.usage.selectors import usage as usage_selectors
from bookings.usage.selectors.usage import usage_logs, waiting_confirmations, with_results
from bookings.usage.services import usage as usage_services
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import Instant, PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation

router = Router(tags=["usage"], auth=members(TokenScope.USAGE))


@router.get(
    "",
    response={200: UsagePage, **error_responses()},
    operation_id="usage_logs",
    summary=gettext_noop("Usage logs you may see"),
)
def usage_list(
    request: HttpRequest,
    instrument: Annotated[PublicId | None, Query()] = None,
    booking: Annotated[
        PublicId | None, Query(description=gettext_noop("only the log of this booking"))
    ] = None,
    waiting: Annotated[
        bool, Query(description=gettext_noop("only what waits for you to confirm it, or a correction of it"))
    ] = False,
    from_: Annotated[
        Instant | None, Query(alias="from", description=gettext_noop("only what starts at or after this"))
    ] = None,
    until: Annotated[Instant | None, Query(description=gettext_noop("only what starts before this"))] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> UsagePage:
    """As they count now, confirmed corrections applied; the newest start first (as first recorded)."""
    wanted = {
        "instrument__public_id": instrument,
        "booking__public_id": booking,
        "starts_at__gte": from_,
        "starts_at__lt": until,
    }
    shown = waiting_confirmations(request.user) if waiting else usage_logs(request.user)
    found = with_results(shown).filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = page(found, ordering=("-starts_at", "-id"), cursor=cursor, limit=limit)
    named = [row.user_id for row in rows.items]
    people_listed(actor=person(request), what="usage.read", people=named, now=clock.now())
    return UsagePage(items=serialize_current_usages(rows.items), next_cursor=rows.next_cursor)


@router.get(
    "/{log_id}",
    response={200: UsageOut, **error_responses(404)},
    operation_id="usage_log",
    summary=gettext_noop("One usage log"),
)
def usage_log(request: HttpRequest, log_id: Annotated[PublicId, Path()]) -> UsageOut:
    return get_usage_out(request, log_id)


@router.post(
    "/{log_id}/confirm",
    response={200: UsageOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_confirm",
    summary=gettext_noop("Confirm a log or a correction of it"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def usage_confirm(request: HttpRequest, log_id: Annotated[PublicId, Path()], data: ConfirmIn) -> UsageOut:
    """By somebody other than the person who recorded it."""
    log = usage_selectors.get_usage_log(request.user, log_id)
    usage_services.usage_confirm(
        actor=person(request),
        log_id=log.pk,
        correction_id=usage_selectors.get_correction_id(log, data.correction),
        seen=data.seen,
        now=clock.now(),
    )
    return get_usage_out(request, log_id)
