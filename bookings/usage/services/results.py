"""Results of a use: stated by its user or the unit afterwards, withdrawn with a reason, never changed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.usage.domain.choices import ResultKind
from bookings.usage.domain.errors import ResultStated, UsageRefused, require_not_withdrawn
from bookings.usage.domain.results import find_result_problems, normalize_identifier
from bookings.usage.models import UsageLog, UsageResult, UsageResultWithdrawal
from bookings.usage.selectors.usage import log_lock
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import require_reason

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def usage_result_state(
    *, actor: "User", log_id: int, kind: ResultKind, title: str, identifier: str = "", now: datetime
) -> UsageResult:
    """State a result of a use, as its user or for the unit.

    `identifier` is a DOI, a patent's or a standard's number, in any usual spelling. Raises UsageRefused with
    everything that is wrong, ResultStated where the log names the same one already.
    """
    log = log_lock(log_id)
    require(actor, "bookings.state_result", log)
    title, identifier = title.strip(), normalize_identifier(kind, identifier)
    problems = list(find_result_problems(kind, title, identifier))
    if problems:
        raise UsageRefused(problems=problems)
    same = {"identifier": identifier} if identifier else {"identifier": "", "title": title}
    if UsageResult.objects.filter(log=log, kind=kind, withdrawal__isnull=True, **same).exists():
        raise ResultStated
    result = UsageResult.objects.create(
        log=log, kind=kind.value, title=title, identifier=identifier, added_by=actor, added_at=now
    )
    details = {"result": result.public_id, "kind": kind.value, "identifier": identifier}
    _record(log, "usage.result_stated", actor, now, details)
    return result


@transaction.atomic
def usage_result_withdraw(
    *, actor: "User", result_id: int, reason: str, now: datetime
) -> UsageResultWithdrawal:
    """Withdraw a result, as whoever stated it or for the unit; it stays, and no longer counts.

    Raises ReasonMissing and ResultWithdrawn.
    """
    log = log_lock(UsageResult.objects.values_list("log_id", flat=True).get(pk=result_id))
    result = UsageResult.objects.get(pk=result_id)
    result.log = log
    require(actor, "bookings.withdraw_result", result)
    reason = require_reason(reason, code="usage.reason_missing")
    require_not_withdrawn(getattr(result, "withdrawal", None))
    withdrawal = UsageResultWithdrawal.objects.create(
        result=result, reason=reason[:500], withdrawn_by=actor, withdrawn_at=now
    )
    details = {"result": result.public_id, "reason": reason}
    _record(log, "usage.result_withdrawn", actor, now, details)
    return withdrawal


def _record(log: UsageLog, action: str, actor: "User", now: datetime, details: dict[str, Any]) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=log,
        now=now,
        organization_id=log.instrument.organization_id,
        details={"log": log.public_id, **details},
    )
