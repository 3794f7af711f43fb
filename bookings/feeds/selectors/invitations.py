"""Invitations in the mails about a booking, for the calendar of the person who booked."""

from dataclasses import replace
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.feeds.domain.icalendar import BookingEvent, Party, build_invitation
from bookings.feeds.selectors.calendars import STATUSES, build_booking_events
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings, get_moves
from instrument_share.journal.addresses import page_address

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.journal.models import Notification


def get_invitation(notification: "Notification") -> tuple[str, str] | None:
    """Return the invitation, or its withdrawal, that goes with a mail about one's own booking.

    It says how the booking stands when the mail is made; what waits for its first decision has none, nor what
    has begun, unless it was extended. Who has handed the booking over gets its withdrawal.
    """
    event = _find_own_event(notification) or _find_event_given_away(notification)
    if event is None:
        return None
    method, content = build_invitation(
        event,
        organizer=Party(_("Research instrument sharing"), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        attendee=Party(notification.user.get_full_name(), notification.user.email),
    )
    return content.decode(), f"text/calendar; method={method}"


def _find_own_event(notification: "Notification") -> BookingEvent | None:
    """Return the event of the person's own booking that stands, was moved or has ended, or None."""
    booking = _find_own_booking(notification.user, notification.path)
    if booking is None:
        return None
    moves = get_moves([booking.public_id]).get(booking.public_id, [])
    is_asked_again = booking.state == BookingState.REQUESTED and bool(moves)
    began_at = booking.checked_in_at
    is_extended = booking.state == BookingState.IN_USE and any(
        began_at is not None and moved_at >= began_at for moved_at, _before in moves
    )
    has_ended = STATUSES[BookingState(booking.state)] == "CANCELLED"
    if booking.state == BookingState.APPROVED or is_asked_again or is_extended or has_ended:
        return _build_event(booking)
    return None


def _find_event_given_away(notification: "Notification") -> BookingEvent | None:
    """Return the event, as cancelled, of a booking that the person has handed over, or None."""
    given = Booking.objects.filter(public_id=notification.params.get("handed_over"))
    booking = given.exclude(user=notification.user).select_related("instrument__organization").first()
    return None if booking is None else replace(_build_event(booking), status="CANCELLED")


def _build_event(booking: Booking) -> BookingEvent:
    return build_booking_events([booking], reader_id=booking.user_id)[0]


def _find_own_booking(person: "User", path: str) -> Booking | None:
    """Return the person's own booking whose page this is, or None."""
    public_id = path.rstrip("/").rpartition("/")[2]
    if not public_id or path != page_address("booking", public_id):
        return None
    return bookings(person).filter(user=person, public_id=public_id).first()
