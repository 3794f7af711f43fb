"""Results of a use, and corrections that are taken back."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router, Status

from bookings.requests.schemas import ReasonIn
from bookings.usage.api.parts import get_usage_out
from bookings.usage.domain.choices import ResultKind
from bookings.usage.schemas import ResultIn, ResultOut, UsageOut, serialize_result
from bookings.usage.selectors.usage import get_correction, get_result, get_usage_log
from bookings.usage.services.results import usage_result_state, usage_result_withdraw
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation

router = Router(tags=["usage"], auth=members(TokenScope.USAGE))
LogId = Annotated[PublicId, Path()]


@router.post(
    "/{log_id}/results",
    response={201: ResultOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_result_state",
    summary=gettext_noop("Add a paper, patent, standard or product that resulted from a use"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def result_state(request: HttpRequest, log_id: LogId, data: ResultIn) -> Status[ResultOut]:
    """By the user or the unit. A DOI, a patent's and a standard's number are checked for their form."""
    log = get_usage_log(request.user, log_id)
    usage_result = usage_result_state(
        actor=person(request),
        log_id=log.pk,
        kind=ResultKind(data.kind),
        title=data.title,
        identifier=data.identifier,
        now=clock.now(),
    )
    return Status(201, serialize_result(usage_result))


@router.post(
    "/{log_id}/results/{result_id}/withdraw",
    response={200: ResultOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_result_withdraw",
    summary=gettext_noop("Withdraw a result of a use"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def result_withdraw(
    request: HttpRequest, log_id: LogId, result_id: Annotated[PublicId, Path()], data: ReasonIn
) -> ResultOut:
    """By whoever stated it or the unit. It stays on the record and no longer counts."""
    found = get_result(get_usage_log(request.user, log_id), result_id)
    usage_result_withdraw(actor=person(request), result_id=found.pk, reason=data.reason, now=clock.now())
    return serialize_result(get_result(get_usage_log(request.user, log_id), result_id))


@router.post(
    "/{log_id}/corrections/{correction_id}/withdraw",
    response={200: UsageOut, **error_responses(400, 403, 404, 409)},
    operation_id="usage_correction_withdraw",
    summary=gettext_noop("Withdraw a correction that waits to be confirmed"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def correction_withdraw(
    request: HttpRequest, log_id: LogId, correction_id: Annotated[PublicId, Path()], data: ReasonIn
) -> UsageOut:
    """By who asked for it, or a manager of the unit. The withdrawal is an entry of the instrument's chain."""
    correction = get_correction(get_usage_log(request.user, log_id), correction_id)
    usage_correction_withdraw(
        actor=person(request), correction_id=correction.pk, reason=data.reason, now=clock.now()
    )
    return get_usage_out(request, log_id)
