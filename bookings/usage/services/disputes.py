"""Disputes about recorded hours, and replies to ratings."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from bookings.usage.domain.errors import require_unanswered
from bookings.usage.models import Review, UsageDispute, UsageLog
from bookings.usage.selectors.disputes import find_dispute_refusal
from bookings.usage.selectors.usage import log_lock
from bookings.usage.services import notifications
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import require_found, require_reason

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

REASON_MISSING = "usage.reason_missing"


@transaction.atomic
def usage_dispute(*, actor: "User", log_id: int, reason: str, now: datetime) -> UsageDispute:
    """Dispute the hours of a log as its user, confirmed or not; the keepers are told.

    Raises ReasonMissing, DisputeTooLate and, while another one waits for its answer, DisputeOpen.
    """
    log = log_lock(log_id)
    require(actor, "bookings.dispute_usage", log)
    reason = require_reason(reason, code=REASON_MISSING)
    if refusal := find_dispute_refusal(log, now):
        raise refusal
    answer_by = now + timedelta(days=settings.USAGE_DISPUTE_ANSWER_DAYS)
    dispute = UsageDispute.objects.create(
        log=log, raised_by=actor, raised_at=now, reason=reason[:500], answer_by=answer_by
    )
    _record(log, "usage.disputed", actor, now, reason)
    notifications.notify_keepers_of_log(log, notifications.DISPUTED, now, answer_by=answer_by)
    return dispute


@transaction.atomic
def usage_dispute_answer(*, actor: "User", dispute_id: int, answer: str, now: datetime) -> UsageDispute:
    """Answer a dispute for the unit, which ends it. Raises ReasonMissing and AlreadyAnswered."""
    log = log_lock(UsageDispute.objects.values_list("log_id", flat=True).get(pk=dispute_id))
    require(actor, "bookings.correct_usage", log)
    answer = require_reason(answer, code=REASON_MISSING)
    dispute = UsageDispute.objects.get(pk=dispute_id)
    require_unanswered(dispute.answered_at)
    dispute.answer, dispute.answered_by, dispute.answered_at = answer[:500], actor, now
    dispute.save(update_fields=["answer", "answered_by", "answered_at"])
    _record(log, "usage.dispute_answered", actor, now, answer)
    notifications.notify_user_of_log(log, notifications.DISPUTE_ANSWERED, now)
    return dispute


@transaction.atomic
def usage_review_reply(*, actor: "User", log_id: int, reply: str, now: datetime) -> Review:
    """Reply to the rating of a use for the unit, publicly and once. Raises NotFound and AlreadyAnswered."""
    log = log_lock(log_id)
    require(actor, "bookings.correct_usage", log)
    review = require_found(Review.objects.filter(log=log).first())
    reply = require_reason(reply, code=REASON_MISSING)
    require_unanswered(review.replied_at)
    review.reply, review.replied_at = reply[:500], now
    review.save(update_fields=["reply", "replied_at"])
    _record(log, "usage.review_replied", actor, now, reply)
    notifications.notify_user_of_log(log, notifications.REVIEW_REPLIED, now)
    return review


def _record(log: UsageLog, action: str, actor: "User", now: datetime, reason: str) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=log,
        now=now,
        organization_id=log.instrument.organization_id,
        details={"log": log.public_id, "reason": reason},
    )
