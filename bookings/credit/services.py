"""Misuse, appeals against credit events, and their answers: lock → check → write → journal."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.credit.domain import REASON_MISSING
from bookings.credit.selectors import (
    credit_event_lock,
    find_answer_refusal,
    find_appeal_refusal,
    find_misuse_refusal,
    get_answer_date,
    get_appeal,
    get_appeal_deadline,
    unanswered_appeals,
)
from bookings.requests.domain.choices import CreditKind, CreditOutcome
from bookings.requests.models import CreditAnswer, CreditAppeal
from bookings.requests.services.cancellations import write_credit_event
from bookings.requests.services.held_time import booking_lock_for
from bookings.requests.services.notifications import get_instrument_name, list_answerers
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import binding_memberships, officers_of
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal import services as journal
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop, require_found, require_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bookings.requests.models import CreditEvent
    from instrument_share.accounts.models import User

MISUSED = gettext_noop(
    "Misuse of {instrument} from {starts_at} was recorded on your credit: {reason} You can appeal until "
    "{appeal_until}."
)
APPEALED = gettext_noop(
    "{user} appeals against an event on their credit ({instrument}, {occurred_at}). Answer by {answer_date}; "
    "after that the bureau does."
)
PASSED_ON = gettext_noop(
    "The unit has not answered {user}’s appeal about {instrument}, {occurred_at}. The bureau answers it now."
)
PASSED_ON_TO_USER = gettext_noop(
    "The unit has not answered your appeal about {instrument}, {occurred_at}. The bureau answers it now."
)
LIFTED = gettext_noop(
    "Your appeal about {instrument}, {occurred_at}, was granted: the event counts no longer. {reason}"
)
UPHELD = gettext_noop("Your appeal about {instrument}, {occurred_at}, was declined: {reason}")
LIFTED_BY_BUREAU = gettext_noop(
    "The bureau has granted {user}’s appeal about {instrument}, {occurred_at}: the event counts no longer. "
    "{reason}"
)
UPHELD_BY_BUREAU = gettext_noop(
    "The bureau has declined {user}’s appeal about {instrument}, {occurred_at}: {reason}"
)


@transaction.atomic
def misuse_record(*, actor: "User", booking_id: int, reason: str, now: datetime) -> "CreditEvent":
    """Record that a booked instrument was used against the rules; the user is told, with the reason.

    It counts on their credit as a no-show does, once for a booking and what was booked with it, and may be
    recorded until `get_misuse_deadline`. Raises ReasonMissing, NotUsed, MisuseRecorded and MisuseTooLate.
    """
    booking = booking_lock_for(actor, booking_id, permission="bookings.record_misuse", revision=None)
    reason = require_reason(reason, code=REASON_MISSING)
    if refusal := find_misuse_refusal(booking, now):
        raise refusal
    event = write_credit_event(booking, CreditKind.MISUSE, now, reason=reason[:500], recorded_by=actor)
    _record(event, "credit.misuse_recorded", actor, now, booking=booking.public_id, reason=reason)
    _notify(
        [event.user],
        event,
        MISUSED,
        now,
        starts_at=booking.starts_at,
        reason=event.reason,
        appeal_until=get_appeal_deadline(event),
    )
    return event


@transaction.atomic
def credit_appeal(*, actor: "User", event_id: int, reason: str, now: datetime) -> CreditAppeal:
    """Appeal an event on one's own credit, once; the keepers are told, or the unit's managers where none is.

    Who recorded it does not answer, and is not told. Raises ReasonMissing, AlreadyAppealed and, after its
    days, AppealTooLate; TakenBack for a no-show that was. The event counts meanwhile.
    """
    event = credit_event_lock(event_id)
    require(actor, "bookings.appeal_credit", event)
    reason = require_reason(reason, code=REASON_MISSING)
    if refusal := find_appeal_refusal(event, now):
        raise refusal
    appeal = CreditAppeal.objects.create(
        event=event, reason=reason[:500], appealed_at=now, answer_date=get_answer_date(now)
    )
    _record(event, "credit.appealed", actor, now, reason=reason)
    barred = [pk for pk in (event.user_id, event.recorded_by_id) if pk is not None]
    answerers = list_answerers(event.booking.instrument, besides=barred)  # type: ignore[union-attr]
    _notify(answerers, event, APPEALED, now, answer_date=appeal.answer_date)
    return appeal


@transaction.atomic
def credit_answer(
    *, actor: "User", event_id: int, outcome: CreditOutcome, reason: str, now: datetime
) -> CreditAnswer:
    """Answer the appeal against an event, for the unit or, once it was passed on, for the bureau.

    A lifted event counts no longer, from now on. The unit is told what the bureau has answered. Raises
    NotFound without an appeal, ReasonMissing, AppealAnswered, and TakenBack for a no-show that was.
    """
    event = credit_event_lock(event_id)
    appeal = require_found(get_appeal(event))
    require(actor, "bookings.answer_credit_appeal", appeal)
    reason = require_reason(reason, code=REASON_MISSING)
    if refusal := find_answer_refusal(event):
        raise refusal
    answer = CreditAnswer.objects.create(
        appeal=appeal,
        outcome=CreditOutcome(outcome).value,
        reason=reason[:500],
        answered_by=actor,
        answered_at=now,
    )
    _record(event, f"credit.{answer.outcome}", actor, now, reason=reason)
    is_lifted = answer.outcome == CreditOutcome.LIFTED
    _notify([event.user], event, LIFTED if is_lifted else UPHELD, now, reason=answer.reason)
    if appeal.passed_on_at is not None:
        message = LIFTED_BY_BUREAU if is_lifted else UPHELD_BY_BUREAU
        _notify_unit(event, message, now, reason=answer.reason)
    return answer


def credit_appeals_pass_on_due(now: datetime) -> int:
    """Pass the appeals that units have not answered in time on to the bureau; return their number.

    Run by a job; safe to repeat.
    """
    today = now.astimezone(CITY_TIME).date()
    due = unanswered_appeals().filter(passed_on_at__isnull=True, answer_date__lt=today)
    return do_one_by_one("credit event", due.values_list("event_id", flat=True), lambda pk: _pass_on(pk, now))


@transaction.atomic
def _pass_on(event_id: int, now: datetime) -> bool:
    event = credit_event_lock(event_id)
    appeal = unanswered_appeals().filter(event=event, passed_on_at__isnull=True).first()
    if appeal is None:
        return False
    appeal.passed_on_at = now
    appeal.save(update_fields=["passed_on_at"])
    _record(event, "credit.appeal_passed_on", None, now)
    unit = event.booking.instrument.organization  # type: ignore[union-attr]
    bound = binding_memberships().filter(organization=unit).values("user")
    officers = officers_of(unit).exclude(pk=event.user_id).exclude(pk__in=bound)
    _notify(officers, event, PASSED_ON, now)
    _notify([event.user], event, PASSED_ON_TO_USER, now)
    _notify_unit(event, PASSED_ON, now)
    return True


def _notify_unit(event: "CreditEvent", message: str, now: datetime, **params: Any) -> None:
    """Tell who answers for the instrument, who recorded the event among them, but not whose credit it is."""
    instrument = event.booking.instrument  # type: ignore[union-attr]
    _notify(list_answerers(instrument, besides=[event.user_id]), event, message, now, **params)


def _record(event: "CreditEvent", action: str, actor: "User | None", now: datetime, **details: Any) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=event,
        now=now,
        organization_id=event.booking.instrument.organization_id,  # type: ignore[union-attr]
        details=details,
    )


def _notify(
    users: "Iterable[User | int]", event: "CreditEvent", message: str, now: datetime, **params: Any
) -> None:
    journal.notify(
        users=users,
        message=message,
        now=now,
        path=page_address("credit_event", event.public_id),
        kind=NotificationKind.BOOKINGS,
        params={
            "user": event.user.name,
            "instrument": get_instrument_name(event.booking.instrument),  # type: ignore[union-attr]
            "occurred_at": event.occurred_at,
            **params,
        },
    )
