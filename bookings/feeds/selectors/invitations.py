"""Invitations in the mails about a booking, for the calendar of the person who booked."""

from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.feeds.domain.icalendar import Party, build_invitation
from bookings.feeds.selectors.calendars import STATUSES, build_booking_event
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings
from bookings.requests.selectors.former_times import get_moves
from instrument_share.journal.addresses import page_address

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.journal.models import Notification


def get_invitation(notification: "Notification") -> tuple[str, str] | None:
    """Return the invitation, or its withdrawal, that goes with a mail about one's own booking.

    It says how the booking stands when the mail is made; what waits for a decision or has begun has none.
    """
    booking = _find_own_booking(notification.user, notification.path)
    if booking is None or not (
        booking.state == BookingState.APPROVED or STATUSES[BookingState(booking.state)] == "CANCELLED"
    ):
        return None
    method, content = build_invitation(
        build_booking_event(booking, get_moves([booking.public_id]), reader_id=booking.user_id),
        organizer=Party(_("Research instrument sharing"), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        attendee=Party(notification.user.get_full_name(), notification.user.email),
    )
    return content.decode(), f"text/calendar; method={method}"


def _find_own_booking(person: "User", path: str) -> Booking | None:
    """Return the person's own booking whose page this is, or None."""
    public_id = path.rstrip("/").rpartition("/")[2]
    if not public_id or path != page_address("booking", public_id):
        return None
    return bookings(person).filter(user=person, public_id=public_id).first()
