"""Decisions on requests: one or many, and the agreement of a user whom the unit gave another time."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.admission import NOT_PUBLISHED
from bookings.requests.domain.errors import REASON_MISSING, AlreadyAgreed, KeeperDecidesFirst
from bookings.requests.domain.states import MOVES, BookingState, require_cancellable
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.bookings import is_handed_over_since_move
from bookings.requests.selectors.companions import get_companions, get_next_to_decide
from bookings.requests.services import notifications
from bookings.requests.services.bookings import DECISION_FIELDS, build_refusal, require_not_overdue
from bookings.requests.services.cancellations import cancel_companions
from bookings.requests.services.held_time import (
    apply_transition,
    booking_lock_for,
    pass_on_freed_time,
    record_change,
    tell_rivals,
)
from instrument_share.kernel.errors import require_reason
from instrument_share.kernel.states import require_transition
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def booking_agree(*, actor: "User", booking_id: int, now: datetime, revision: int | None = None) -> Booking:
    """Agree, as its user, to the time to which the unit moved a booking. Raises AlreadyAgreed.

    Raises BookingChanged where it has another revision than the user has seen, as where it was moved again.

    A request is approved with it: the unit has chosen that time. Where it did so for somebody who has handed
    the booking over since, that would be to approve oneself: raises KeeperDecidesFirst. Raises
    DecisionOverdue as `booking_approve`.
    """
    booking = booking_lock_for(actor, booking_id, permission="bookings.agree", revision=revision)
    require_cancellable(booking.state, "agree")
    if booking.moved_by_unit_at is None:
        raise AlreadyAgreed
    together = [*get_companions(booking), booking]
    if any(one.state == BookingState.REQUESTED and is_handed_over_since_move(one) for one in together):
        raise KeeperDecidesFirst
    for one in together:
        one.moved_by_unit_at = None
        one.revision += 1
        one.save(update_fields=["moved_by_unit_at", "revision"])
        record_change(one, actor, "booking.agreed", now)
    for one in together:
        if one.state == BookingState.REQUESTED:
            _approve(one, actor, now, "")
    notifications.notify_keepers(booking, notifications.AGREED, now)
    return booking


@transaction.atomic
def booking_approve(
    *, actor: "User", booking_id: int, now: datetime, note: str = "", revision: int | None = None
) -> Booking:
    """Approve a request as a keeper.

    Raises DecisionOverdue from its deadline on, and BookingRefused while the instrument or its unit is
    suspended.
    """
    booking = booking_lock_for(actor, booking_id, permission="bookings.decide", revision=revision)
    _approve(booking, actor, now, note)
    if (waiting := get_next_to_decide(booking)) is None:
        for one in (booking, *_get_approved_companions(booking)):
            notifications.notify_user(one, notifications.APPROVED, now)
    else:
        companion = notifications.get_instrument_name(waiting.instrument)
        notifications.notify_user(
            booking,
            notifications.APPROVED_IN_PART,
            now,
            companion=companion,
            decide_by=waiting.decide_by,
        )
    return booking


def _get_approved_companions(booking: Booking) -> list[Booking]:
    """Return the companions that were approved while this one waited: they stand for certain only now."""
    return [one for one in get_companions(booking) if one.state == BookingState.APPROVED]


def _approve(booking: Booking, actor: "User", now: datetime, note: str) -> None:
    require_transition(MOVES, booking.state, "approve")
    if not is_in_service(booking.instrument):
        raise build_refusal([NOT_PUBLISHED])
    _set_decision(booking, actor, now, note)
    apply_transition(booking, "approve", *DECISION_FIELDS, actor=actor, now=now)
    tell_rivals(booking, now)


@transaction.atomic
def booking_reject(
    *, actor: "User", booking_id: int, reason: str, now: datetime, revision: int | None = None
) -> Booking:
    """Reject a request as a keeper, with a reason for the user. Raises DecisionOverdue, ReasonMissing."""
    booking = booking_lock_for(actor, booking_id, permission="bookings.decide", revision=revision)
    reason = require_reason(reason, code=REASON_MISSING)
    _set_decision(booking, actor, now, reason)
    cancel_companions(booking, actor=actor, reason=reason, now=now)
    booking.ended_at = now
    apply_transition(booking, "reject", *DECISION_FIELDS, "ended_at", actor=actor, now=now)
    notifications.notify_user(booking, notifications.REJECTED, now, reason=booking.decision_note)
    pass_on_freed_time(booking, now)
    return booking


@transaction.atomic
def requests_decide(
    *,
    actor: "User",
    booking_ids: Collection[int],
    approve: bool,
    now: datetime,
    reason: str = "",
    revisions: Mapping[int, int | None] | None = None,
) -> int:
    """Approve these requests, or reject them with one reason: all or none; return their number.

    What is no longer a request, since somebody decided or cancelled meanwhile, is left as it is. Raises
    BookingChanged where one has another of the `revisions` than whoever decides has seen.
    """
    together = Booking.objects.filter(group__bookings__in=booking_ids)
    providers.instrument_locks(set(together.values_list("instrument_id", flat=True)))
    waiting = Booking.objects.filter(pk__in=booking_ids, state=BookingState.REQUESTED)
    ids = list(waiting.order_by("decide_by", "pk").values_list("pk", flat=True))
    for pk in ids:
        seen = (revisions or {}).get(pk)
        if approve:
            booking_approve(actor=actor, booking_id=pk, now=now, revision=seen)
        elif waiting.filter(pk=pk).exists():  # declining one has cancelled what was asked for with it
            booking_reject(actor=actor, booking_id=pk, reason=reason, now=now, revision=seen)
    return len(ids)


def _set_decision(booking: Booking, actor: "User", now: datetime, note: str) -> None:
    require_not_overdue(booking, now)
    booking.decided_at, booking.decided_by = now, actor
    booking.decision_note = note.strip()[:500]
