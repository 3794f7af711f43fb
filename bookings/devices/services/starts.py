"""Beginning a use without a keeper: at a device or a kiosk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.devices.domain import OutOfService
from bookings.requests.domain.states import MOVES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.holds import booking_lock
from bookings.usage.services.attendance import write_check_in
from instrument_share.kernel.states import require_transition


def use_begin(booking_id: int, *, at: datetime, now: datetime, details: Mapping[str, Any]) -> Booking:
    """Check the user of a booking in as of an instant that is past; who is checked in already may go on.

    Raises OutOfService, and what `write_check_in` raises.
    """
    booking = booking_lock(booking_id)
    if booking.state != BookingState.IN_USE:
        require_transition(MOVES, booking.state, "check_in")
        if not is_in_service(booking.instrument):
            raise OutOfService
        write_check_in(booking, actor=booking.user, at=at, now=now, details=dict(details))
    return booking
