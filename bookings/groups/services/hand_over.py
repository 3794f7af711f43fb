"""Hand a booking over to a colleague."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.groups.domain import HandOverRefused
from bookings.groups.selectors.hand_over import find_hand_over_problems, get_colleagues
from bookings.requests.domain.decision import get_decision_deadline
from bookings.requests.domain.states import MOVES, BookingState, require_cancellable
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_new_decision_needed
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.services import notifications
from bookings.requests.services.bookings import DECISION_FIELDS
from bookings.requests.services.held_time import booking_lock_for, record_change
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.states import next_state
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


HAND_OVER_FIELDS = ("user", "state", "revision", "decide_by")


@transaction.atomic
def booking_hand_over(
    *, actor: "User", booking_id: int, colleague_id: int, now: datetime, revision: int | None = None
) -> Booking:
    """Give a booking that has not begun, with its companions, to a colleague of the organization that pays.

    Where a keeper decides, an approved booking is a request again: the approval was for somebody else. A time
    that the unit chose is one to which the colleague has not agreed either. Raises HandOverRefused where the
    colleague may not have it, BookingChanged where the booking has another revision than the actor has seen.
    """
    colleague = _lock_colleague(actor, booking_id, colleague_id)
    booking = booking_lock_for(actor, booking_id, permission="bookings.hand_over", revision=revision)
    require_cancellable(booking.state, "hand_over")
    together = [booking, *get_companions(booking)]
    if problems := find_hand_over_problems(actor, colleague, together, now):
        raise HandOverRefused(problems=problems)
    for one in together:
        _give(one, actor, colleague, now)
    _tell_colleague(booking, actor, now)
    return booking


def _tell_colleague(booking: Booking, actor: "User", now: datetime) -> None:
    """Tell the colleague that the booking is theirs, and what cancelling it costs by now."""
    cost = get_cancel_cost(booking.user, booking, now)
    message, told = notifications.HANDED_OVER_TO_YOU, {}
    if cost.late:
        message, told = notifications.HANDED_OVER_TO_YOU_LATE, {"amount": f"{cost.charge_yuan:,.2f}"}
    notifications.notify_user(booking, message, now, former=actor.name, **told)


def _lock_colleague(actor: "User", booking_id: int, colleague_id: int) -> "User":
    """Lock the colleague's roles before anything else, as every service does that depends on roles."""
    rows = Booking.objects.select_related("payer_organization")
    booking = require_found(rows.filter(pk=booking_id).first())
    require(actor, "bookings.hand_over", booking)
    colleague = require_found(get_colleagues(booking).filter(pk=colleague_id).first())
    accounts.memberships_lock(colleague, require_found(booking.payer_organization_id))
    return colleague


def _give(booking: Booking, actor: "User", colleague: "User", now: datetime) -> None:
    terms = providers.terms_at(booking.instrument_id, booking.starts_at)
    if terms is not None and is_new_decision_needed(actor, booking, terms):
        booking.state = next_state(MOVES, booking.state, "move_for_decision")
        booking.decided_at, booking.decided_by, booking.decision_note = None, None, ""
        booking.decide_by = get_decision_deadline(now, booking.starts_at, terms.decision_hours)
    booking.user = colleague
    booking.revision += 1
    booking.save(update_fields=[*HAND_OVER_FIELDS, *DECISION_FIELDS])
    waits = booking.state == BookingState.REQUESTED
    details = {"from": actor.public_id, "to": colleague.public_id, "state": booking.state}
    if waits and booking.decide_by is not None:
        details["until"] = booking.decide_by.isoformat()
    record_change(booking, actor, "booking.handed_over", now, details=details)
    message = notifications.HANDED_OVER_FOR_DECISION if waits else notifications.HANDED_OVER
    notifications.notify_keepers(booking, message, now, former=actor.name, decide_by=booking.decide_by)
    notifications.notify_giver(booking, actor, now)
