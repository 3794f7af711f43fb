"""Take back a correction that waits to be confirmed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.usage.domain.choices import EntryKind
from bookings.usage.domain.errors import AlreadyConfirmed, AlreadyWithdrawn, NotYourCorrection
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageWithdrawal
from bookings.usage.selectors.usage import log_lock
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
    """Take back a correction of one's own that nobody has confirmed; it stays, and can't be confirmed.

    An entry of the instrument's chain. Raises NotYourCorrection, AlreadyConfirmed, AlreadyWithdrawn and
    ReasonMissing.
    """
    log = log_lock(UsageCorrection.objects.values_list("log_id", flat=True).get(pk=correction_id))
    require(actor, "bookings.correct_usage", log)
    reason = require_reason(reason, code="usage.reason_missing")
    correction = log.corrections.select_related("entry").get(pk=correction_id)
    if correction.entry.recorded_by_id != actor.pk:
        raise NotYourCorrection
    if UsageConfirmation.objects.filter(correction=correction).exists():
        raise AlreadyConfirmed
    if UsageWithdrawal.objects.filter(correction=correction).exists():
        raise AlreadyWithdrawn
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
    if actor.pk != log.user_id:
        notifications.notify_user_of_log(log, notifications.CORRECTION_WITHDRAWN, now)
    return withdrawal
