"""Describe what happens next with a booking."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import rules
from django.utils.translation import gettext as _

from bookings.requests.domain.decision import is_decided_too_late
from bookings.requests.domain.states import BookingState
from bookings.requests.selectors.companions import get_next_to_decide, get_no_show_grace
from bookings.requests.selectors.costs import is_late_charge_open
from instrument_share.web.text.formats import bilingual, moment, yuan

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User


def describe_new_booking(booking: "Booking") -> str:
    """Return what follows a request or an accepted offer, for its user."""
    if undecided := get_next_to_decide(booking):
        return _("Requested. The keeper decides by {time}; you will be told here and by mail.").format(
            time=moment(undecided.decide_by)
        )
    return _("Booked. Show the code on this page when you come.")


def describe_next_step(booking: "Booking", viewer: "User", now: datetime) -> str:
    """Return a sentence about who has to do what until when.

    Until when its user may move or cancel it, the tag `deadlines` says.
    """
    is_mine = booking.user_id == viewer.pk
    match BookingState(booking.state):
        case BookingState.OFFERED:
            if is_mine:
                return _("This time is held for you. Accept it soon, or it goes to the next on the list.")
            return _(
                "This time is held for {user}, until they answer or it goes to the next on the list."
            ).format(user=booking.user.name)
        case BookingState.REQUESTED | BookingState.APPROVED if undecided := get_next_to_decide(booking):
            return _undecided(booking, undecided, viewer, now)
        case BookingState.APPROVED:
            return _approved(booking, viewer, is_mine)
        case BookingState.IN_USE:
            return _(
                "In use since {time}. The keeper checks it out at the end, which records the hours."
            ).format(time=moment(booking.checked_in_at))
        case BookingState.COMPLETED:
            return _("The hours are recorded. The usage log shows whether they are confirmed.")
        case BookingState.REJECTED:
            return _("It was declined: {reason} Choose another time or another instrument.").format(
                reason=booking.decision_note
            )
        case BookingState.CANCELLED:
            return _cancelled(booking, now)
        case BookingState.LAPSED:
            return _lapsed(booking)
        case _:
            return _no_show(booking)


def _undecided(booking: "Booking", first: "Booking", viewer: "User", now: datetime) -> str:
    """Return what is still to be decided; of what is booked together, the `first` has the first deadline."""
    deadline = moment(first.decide_by)
    if is_decided_too_late(first.decide_by, now):
        return _("Nobody decided by {time}: it lapses in a moment, and the time is given back.").format(
            time=deadline
        )
    if booking.state == BookingState.APPROVED:
        return _(
            "{instrument}, which is booked with it, still has to be approved, at the latest by {time}. "
            "Without that this booking ends too."
        ).format(instrument=bilingual(first.instrument, "name"), time=deadline)
    if rules.has_perm("bookings.decide", viewer, booking):
        return _("Decide by {time}; without a decision the request lapses.").format(time=deadline)
    return _("The keeper decides by {time}. Until then the time is held.").format(time=deadline)


def _approved(booking: "Booking", viewer: "User", is_mine: bool) -> str:
    if booking.planned_by_unit:
        return _(
            "The unit has planned this time for samples; nobody has to come. The keeper checks in and out."
        )
    if rules.has_perm("bookings.attend", viewer, booking):
        return _(
            "Check {user} in when they come; without a check-in it counts as a no-show {minutes} minutes "
            "after the start."
        ).format(user=booking.user.name, minutes=get_no_show_grace(booking) // timedelta(minutes=1))
    if not is_mine:
        return _("It takes place as booked.")
    return _("Come at {time} and show the code.").format(time=moment(booking.starts_at))


def _no_show(booking: "Booking") -> str:
    facts = {"time": moment(booking.ended_at), "amount": yuan(booking.charged_yuan)}
    if booking.checked_in_at is None and not booking.charged_yuan:
        return _("Nobody had checked in, so the time was given back at {time}. It costs nothing.").format(
            **facts
        )
    if booking.checked_in_at is None:
        return _("Nobody had checked in, so the time was given back at {time}. Charged: {amount}.").format(
            **facts
        )
    facts["came"] = moment(booking.checked_in_at)
    return _(
        "The time was given back at {time}. The user had come at {came}, as was known later, so it costs "
        "nothing and does not count on their credit. A charge on a statement that was sent is given back by "
        "the next one."
    ).format(**facts)


def _lapsed(booking: "Booking") -> str:
    if booking.decide_by is not None:
        return _("Nobody decided in time, so the time was given back. Book again or call the keeper.")
    if booking.decision_note:
        return _("The offer was withdrawn: {reason}").format(reason=booking.decision_note)
    return _("The offer was not accepted, so the time went to the next on the waiting list.")


def _cancelled(booking: "Booking", now: datetime) -> str:
    if is_late_charge_open(booking, now):
        return _(
            "It was cancelled after the deadline. Charged as of now: {amount}, for the part that nobody has "
            "taken. Until {time} it falls as others take the time, and rises again as they give it back."
        ).format(amount=yuan(booking.charged_yuan), time=moment(booking.ends_at))
    if booking.late_cancel and not booking.charged_yuan:
        return _("It was cancelled after the deadline. It costs nothing.")
    if booking.late_cancel:
        return _(
            "It was cancelled after the deadline. Charged: {amount}, for the part that nobody took."
        ).format(amount=yuan(booking.charged_yuan))
    if booking.decision_note:
        return _("It was cancelled without charge: {reason}").format(reason=booking.decision_note)
    return _("It was cancelled without charge.")
