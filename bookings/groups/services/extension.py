"""Extending a booking under way, with those made together with it: lock → check → write → journal."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.groups.selectors.extension import find_extension_problems
from bookings.requests.domain.errors import NotInUse
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.holds import booking_projects_lock
from bookings.requests.services import notifications
from bookings.requests.services.bookings import build_refusal, get_terms, write_move
from bookings.requests.services.held_time import booking_lock_for
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def booking_extend(
    *, actor: "User", booking_id: int, ends_at: datetime, now: datetime, revision: int | None = None
) -> Booking:
    """Let a booking that is checked in end later, with the checks of a move and a new quote for the whole.

    What was booked together with it ends later too, unless it has ended. The lead and the deadline before
    the start do not bind it; where a keeper decides about times, only who may decide extends. The other side
    is told. Raises NotInUse, and BookingRefused or SlotTaken with every problem.
    """
    booking_projects_lock(booking_id)
    booking = booking_lock_for(actor, booking_id, permission="bookings.extend", revision=revision)
    if booking.state != BookingState.IN_USE:
        raise NotInUse
    if problems := find_extension_problems(actor, booking, ends_at, now):
        raise build_refusal(problems)
    companions = get_companions(booking)
    interval = Interval(booking.starts_at, ends_at)
    for one in (*companions, booking):
        terms = get_terms(one.instrument_id, interval.start)
        write_move(one, interval, terms, actor=actor, now=now, action="booking.extended")
        by_user = actor.pk == one.user_id
        notifications.notify_other_side(one, notifications.EXTENDED, now, by_user=by_user, ends_at=ends_at)
        if by_user:
            notifications.notify_of_own_act(one, actor, notifications.EXTENDED_BY_YOU, now, ends_at=ends_at)
    if actor.pk != booking.user_id:
        for one in companions:
            notifications.notify_other_keepers(one, notifications.EXTENDED, now, actor, ends_at=ends_at)
    return booking
