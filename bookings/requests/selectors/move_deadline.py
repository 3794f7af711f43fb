"""Until when a booking may be moved by its user."""

from datetime import datetime
from typing import TYPE_CHECKING

from bookings.requests.domain.admission import get_change_deadline
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def get_binding_time(booking: Booking, *, by_user: bool) -> Interval | None:
    """Return the time before which the deadline for changes lies; None where no deadline binds.

    It binds users, not keepers, and no request that still waits for its decision.
    """
    if not by_user or booking.state == BookingState.REQUESTED:
        return None
    return Interval(booking.starts_at, booking.ends_at)


def get_move_deadline(viewer: "User", booking: Booking) -> datetime | None:
    """Return until when the viewer may move the booking with its companions; None where no deadline binds.

    It is that of the rule in force at its start; another rule may apply to another time.
    """
    deadlines = []
    for one in (booking, *get_companions(booking)):
        binding = get_binding_time(one, by_user=viewer.pk == one.user_id)
        terms = providers.terms_at(one.instrument_id, one.starts_at)
        if binding is not None and terms is not None:
            deadlines.append(get_change_deadline(terms, binding))
    return min(deadlines, default=None)
