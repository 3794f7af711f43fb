"""Take back a correction that waits to be confirmed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.usage.domain.choices import EntryKind
from bookings.usage.models import UsageCorrection, UsageWithdrawal
from bookings.usage.selectors.usage import find_withdrawal_refusal, log_lock
from bookings.usage.services import notifications
from bookings.usage.services.chain import append_entry
from bookings.usage.services.waiting import waiting_end
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import require_reason

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def usage_correction_withdraw(
    *, actor: "User", correction_id: int, reason: str, now: datetime
) -> UsageWithdrawal:
    """Take back a correction that nobody has confirmed, one's own or, as a manager, a colleague's.

    It stays, and can't be confirmed; the withdrawal is an entry of the instrument's chain. The user is told,
    and who asked for it. Raises AlreadyConfirmed, AlreadyWithdrawn and ReasonMissing.
    """
    log = log_lock(UsageCorrection.objects.values_list("log_id", flat=True).get(pk=correction_id))
    correction = next(one for one in log.corrections.all() if one.pk == correction_id)
    require(actor, "bookings.withdraw_correction", correction)
    reason = require_reason(reason, code="usage.reason_missing")
    if refusal := find_withdrawal_refusal(correction):
        raise refusal
    withdrawal = UsageWithdrawal(log=log, correction=correction, reason=reason[:500])
    append_entry(withdrawal, EntryKind.WITHDRAWAL, instrument=log.instrument, actor=actor, now=now)
    waiting_end(log)
    journal.record(
        actor=actor,
        action="usage.correction_withdrawn",
        subject=withdrawal,
        now=now,
        organization_id=log.instrument.organization_id,
        details={"log": log.public_id, "correction": correction.public_id, "reason": reason},
    )
    proposer_id = correction.entry.recorded_by_id
    if actor.pk != proposer_id:
        notifications.notify_proposer(correction, notifications.OWN_CORRECTION_WITHDRAWN, now, reason=reason)
    if log.user_id not in {actor.pk, proposer_id}:
        notifications.notify_user_of_log(log, notifications.CORRECTION_WITHDRAWN, now)
    return withdrawal
