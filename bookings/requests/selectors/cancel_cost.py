"""What giving back a booking would cost, told before it is done."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.requests.domain.cancellation import is_late, late_cancel_charge
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@dataclass(frozen=True)
class CancelCost:
    """`free_until` is the rule's deadline; `percent` what it takes after it; `charge` what it costs now.

    A late cancel also counts on the user's credit. What the unit cancels costs nothing.
    """

    late: bool
    percent: int
    charge_yuan: Decimal
    free_until: datetime


def cancel_cost(viewer: "User", booking: Booking, now: datetime) -> CancelCost:
    """What it costs if the viewer cancels now and nobody takes the time."""
    terms = providers.terms_of(booking.rule)
    by_user = viewer.pk == booking.user_id
    late = by_user and booking.state == BookingState.APPROVED and is_late(terms, booking.starts_at, now)
    whole = Interval(booking.starts_at, booking.ends_at)
    charge = late_cancel_charge(booking.quoted_yuan, terms.late_cancel_percent, whole) if late else Decimal(0)
    return CancelCost(late, terms.late_cancel_percent, charge, booking.starts_at - terms.cancel_deadline)
