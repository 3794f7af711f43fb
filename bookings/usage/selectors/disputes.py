"""Disputed hours, and when hours that nobody disputes count as confirmed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import rules
from django.conf import settings
from django.db.models import Max, OuterRef, QuerySet

from bookings.requests.selectors.scope import get_responsible_condition, get_visible_condition
from bookings.usage.domain.chain import CORRECTABLE
from bookings.usage.domain.errors import DisputeOpen, DisputeTooLate
from bookings.usage.models import UsageDispute, UsageLog
from bookings.usage.selectors.usage import has_waiting_correction
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import binding_memberships
from instrument_share.journal import selectors as journal
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Conflict, require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry


def get_dispute_deadline(log: UsageLog) -> datetime:
    """Return until when the user may dispute the hours of a log that are confirmed; others at any time.

    What a correction changes is new to the user, who has the whole time again, from when it was proposed and
    from when it was confirmed: else a unit could wait for the end, and then enlarge the hours unquestioned.
    """
    told = [log.entry.recorded_at]
    for one in log.corrections.all():
        if getattr(one, "withdrawal", None) is None:
            told.append(one.entry.recorded_at)
        if (confirmation := getattr(one, "confirmation", None)) is not None:
            told.append(confirmation.entry.recorded_at)
    return max(told) + timedelta(days=settings.USAGE_DISPUTE_DAYS)


def get_confirmation_deadline(log: UsageLog) -> datetime | None:
    """Return when the clock confirms a log that nobody confirms or disputes before; None where it doesn't.

    It doesn't while a dispute waits for its answer or a correction to be confirmed, nor where somebody of the
    unit recorded their own use: nobody else has seen the hours; nor where the use was taken over from a
    former system: nobody was asked. An answer gives the user the whole time again, and so does the end of a
    correction that they may have waited for: its withdrawal, or its confirmation by somebody else.
    """
    since = settings.USAGE_CONFIRM_SINCE
    recorded_at = log.entry.recorded_at
    if (
        log.is_confirmed  # type: ignore[attr-defined]
        or not settings.USAGE_CONFIRM_DAYS
        or (since and recorded_at.astimezone(CITY_TIME).date() < since)
        or _is_seen_by_its_user_alone(log)
        or _is_taken_over(log)
        or has_open_dispute(log)
        or has_waiting_correction(log, CORRECTABLE)
    ):
        return None
    answered_at: datetime | None = log.disputes.aggregate(last=Max("answered_at"))["last"]
    last = max(recorded_at, answered_at or recorded_at, *_list_ends_of_corrections(log))
    return last + timedelta(days=settings.USAGE_CONFIRM_DAYS)


def _list_ends_of_corrections(log: UsageLog) -> list[datetime]:
    """Return when each correction was withdrawn, or confirmed by somebody other than the log's user."""
    ended = []
    for one in log.corrections.all():
        if (withdrawal := getattr(one, "withdrawal", None)) is not None:
            ended.append(withdrawal.entry.recorded_at)
        confirmation = getattr(one, "confirmation", None)
        if confirmation is not None and confirmation.entry.recorded_by_id != log.user_id:
            ended.append(confirmation.entry.recorded_at)
    return ended


def _is_seen_by_its_user_alone(log: UsageLog) -> bool:
    """Return whether a keeper or manager of the unit recorded their own use, at a check-out or by hand."""
    if log.entry.recorded_by_id != log.user_id:
        return False
    of_unit = binding_memberships().filter(
        user=log.user_id,
        organization=log.instrument.organization_id,
        role__in=(Role.KEEPER, Role.UNIT_MANAGER),
    )
    return of_unit.exists()


def _is_taken_over(log: UsageLog) -> bool:
    """Return whether the log came with a history import, which leaves an entry on the instrument alone."""
    return not recording_acts(log.public_id).exists()


def recording_acts(log_public_id: str | OuterRef) -> "QuerySet[AuditEntry]":
    """Return the journal's entry on how a log was recorded here; none where it was taken over."""
    return journal.entries().filter(
        subject_type=UsageLog._meta.label, subject_id=log_public_id, action="usage.recorded"
    )


def has_open_dispute(log: UsageLog) -> bool:
    """Return whether a dispute of the log waits for its answer."""
    return UsageDispute.objects.filter(log=log, answered_at__isnull=True).exists()


def may_dispute(viewer: "User", log: UsageLog, now: datetime) -> bool:
    """Return whether the viewer may dispute the hours of a log now."""
    return rules.has_perm("bookings.dispute_usage", viewer, log) and find_dispute_refusal(log, now) is None


def find_dispute_refusal(log: UsageLog, now: datetime) -> Conflict | None:
    """Return why the hours of a log can't be disputed now, or None.

    They are confirmed and the deadline has passed, or another dispute waits for its answer.
    """
    deadline = get_dispute_deadline(log)
    if log.is_confirmed and now > deadline:  # type: ignore[attr-defined]
        return DisputeTooLate(deadline=deadline)
    return DisputeOpen() if has_open_dispute(log) else None


def disputes_of(log: UsageLog) -> QuerySet[UsageDispute]:
    """Return the disputes of a log that the caller may see, the oldest first."""
    return log.disputes.select_related("raised_by", "answered_by").order_by("raised_at", "id")


def get_dispute(log: UsageLog, public_id: str) -> UsageDispute:
    """Return one dispute of a log that the caller may see. Raises NotFound."""
    return require_found(disputes_of(log).filter(public_id=public_id).first())


def usage_disputes(viewer: "Viewer") -> QuerySet[UsageDispute]:
    """Return the disputes of logs that the viewer may see, unordered."""
    logs = UsageLog.objects.filter(get_visible_condition(viewer)).order_by()
    return UsageDispute.objects.filter(log__in=logs).select_related(
        "log__instrument", "raised_by", "answered_by"
    )


def find_dispute(viewer: "Viewer", public_id: str) -> UsageDispute:
    """Return a dispute of a log that the viewer may see. Raises NotFound."""
    return require_found(usage_disputes(viewer).filter(public_id=public_id).first())


def disputes_by_public_id(public_ids: Collection[str]) -> dict[str, UsageDispute]:
    """Return disputes by public id, without asking who reads them; no statement for none."""
    if not public_ids:
        return {}
    return {row.public_id: row for row in UsageDispute.objects.filter(public_id__in=public_ids)}


def waiting_disputes(viewer: "Viewer") -> QuerySet[UsageDispute]:
    """Return the open disputes that the viewer may answer, with their logs."""
    logs = UsageLog.objects.filter(get_responsible_condition(viewer))
    waiting = UsageDispute.objects.filter(answered_at__isnull=True, log__in=logs.order_by())
    return waiting.select_related("log__instrument", "raised_by").order_by("answer_by", "id")
