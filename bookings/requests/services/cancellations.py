"""Cancellations by the user or the unit, of a booking and those made with it; what a late one costs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.requests.domain import credit
from bookings.requests.domain.choices import CreditKind
from bookings.requests.domain.errors import REASON_MISSING
from bookings.requests.domain.states import BookingState, require_cancellable
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.companions import find_credit_event, get_companions
from bookings.requests.selectors.costs import is_cancelled_late
from bookings.requests.services import notifications
from bookings.requests.services.held_time import (
    apply_transition,
    booking_lock_for,
    calculate_late_charge,
    let_offer_go,
    pass_on_freed_time,
)
from instrument_share.kernel.errors import require_reason
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def booking_cancel(
    *, actor: "User", booking_id: int, now: datetime, reason: str = "", revision: int | None = None
) -> Booking:
    """Cancel a booking; an offer from the waiting list is answered instead.

    By the user after the deadline it is a late cancellation: it costs the rule's percentage for the part that
    nobody takes, and counts on the user's credit. By the unit it costs nothing, and needs a reason.
    """
    booking = booking_lock_for(actor, booking_id, permission="bookings.cancel", revision=revision)
    require_cancellable(booking.state, "cancel")
    by_user = actor.pk == booking.user_id
    if not by_user:
        require_reason(reason, code=REASON_MISSING)
    cancel_companions(booking, actor=actor, reason=reason, now=now, by_user=by_user)
    write_cancellation(booking, actor=actor, reason=reason, now=now, by_user=by_user)
    pass_on_freed_time(booking, now)
    return booking


def cancel_companions(
    booking: Booking,
    *,
    actor: "User | None",
    reason: str | Bilingual,
    now: datetime,
    by_user: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Cancel the bookings made together with this one, without charge unless the user cancels late.

    Their keepers are told, whoever cancels.
    """
    for companion in get_companions(booking):
        write_cancellation(companion, actor=actor, reason=reason, now=now, by_user=by_user, details=details)
        if not by_user and companion.state == BookingState.CANCELLED:
            notifications.notify_other_keepers(
                companion, notifications.CANCELLED_WITHOUT_CHARGE, now, actor, reason=_get_told(reason)
            )


def write_cancellation(
    booking: Booking,
    *,
    actor: "User | None",
    reason: str | Bilingual,
    now: datetime,
    by_user: bool = False,
    announce: bool = True,
    details: dict[str, Any] | None = None,
) -> None:
    """Write a cancellation under the caller's lock and in its transaction, and notify the other side.

    A `reason` in both languages is told in the reader's; the booking and the journal keep the Chinese one,
    the journal with the `details`. `announce` is false where the caller notifies them itself. An offer from
    the waiting list is withdrawn instead: it lapses.
    """
    if booking.state == BookingState.OFFERED:
        let_offer_go(booking, "lapse", actor=actor, reason=get_note(reason), now=now, details=details)
        if announce:
            notify_of_withdrawal(booking, now, reason=_get_told(reason))
        return
    booking.ended_at = now
    booking.late_cancel = is_cancelled_late(booking, now, by_user=by_user)
    booking.decision_note = get_note(reason)
    booking.charged_yuan = calculate_late_charge(booking) if booking.late_cancel else None
    apply_transition(
        booking,
        "cancel",
        "ended_at",
        "late_cancel",
        "decision_note",
        "charged_yuan",
        actor=actor,
        now=now,
        details={
            **(details or {}),
            **({"late": True, "charged_yuan": str(booking.charged_yuan)} if booking.late_cancel else {}),
        },
    )
    if booking.late_cancel:
        create_credit_event(booking, CreditKind.LATE_CANCEL, now)
    if by_user:
        notifications.notify_of_own_act(booking, booking.user, notifications.CANCELLED_BY_YOU, now)
    if announce:
        message = _choose_message(reason, by_user=by_user)
        notifications.notify_other_side(booking, message, now, by_user=by_user, reason=_get_told(reason))


def notify_of_withdrawal(
    offer: Booking, now: datetime, *, message: str = notifications.WITHDRAWN, **params: Any
) -> None:
    """Tell who awaited an instrument that its offer is withdrawn; once, whatever was offered beside it."""
    if hasattr(offer, "waitlist_offer"):
        notifications.notify_user(offer, message, now, **params)


def get_note(reason: str | Bilingual) -> str:
    """Return what a booking keeps of a reason: its Chinese words, 500 characters at most."""
    return (reason.zh if isinstance(reason, Bilingual) else reason).strip()[:500]


def _choose_message(reason: str | Bilingual, *, by_user: bool) -> str:
    """Return what the other side is told: nothing is charged but to users who cancel, who need no reason."""
    if not by_user:
        return notifications.CANCELLED_WITHOUT_CHARGE
    return notifications.CANCELLED if get_note(reason) else notifications.CANCELLED_WITHOUT_REASON


def _get_told(reason: str | Bilingual) -> str | Bilingual:
    return reason if isinstance(reason, Bilingual) else get_note(reason) or "—"


def create_credit_event(booking: Booking, kind: CreditKind, now: datetime) -> CreditEvent:
    """Count on the credit of the booking's user, once for instruments booked together; return the event."""
    return find_credit_event(booking, kind) or write_credit_event(booking, kind, now)


def write_credit_event(
    booking: Booking,
    kind: CreditKind,
    now: datetime,
    *,
    reason: str = "",
    recorded_by: "User | None" = None,
) -> CreditEvent:
    """Write an event on the credit of the booking's user; the caller has checked that there is none."""
    return CreditEvent.objects.create(
        user=booking.user,
        booking=booking,
        kind=kind.value,
        occurred_at=now,
        ends_at=now + credit.EVENT_LIFETIME,
        reason=reason,
        recorded_by=recorded_by,
    )
