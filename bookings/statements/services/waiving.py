"""Waive the charge of a missed or late-cancelled booking, on whatever statement it stands."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.selectors.costs import CHARGE_WAIVED
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services import notifications
from bookings.requests.services.held_time import charge_write
from bookings.statements.domain.errors import WAIVER_REASON_MISSING, NothingToWaive
from bookings.statements.selectors.statements import can_be_waived
from bookings.statements.services.drafting import charge_drop
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_reason
from instrument_share.kernel.wording import Sentence

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User


@transaction.atomic
def charge_waive(*, actor: "User", booking_id: int, reason: str, now: datetime) -> "Booking":
    """Waive what a missed or late-cancelled booking costs, as a manager of the unit, for good.

    The charge leaves a draft at once; a statement that was sent stays, and the next one gives it back. Credit
    and uses stay as they are, and with them what the assessment counts. Raises NothingToWaive, ReasonMissing.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.waive_charge", booking)
    reason = require_reason(reason, code=WAIVER_REASON_MISSING)
    if booking.charged_yuan is None or not can_be_waived(booking):
        raise NothingToWaive
    charge = Sentence(notifications.NOT_CHARGED)
    if not charge_drop(booking, actor, now):
        charge = Sentence(notifications.CHARGE_BILLED, {"amount": f"{booking.charged_yuan:,.2f}"})
    charge_write(booking, Decimal(0), action=CHARGE_WAIVED, actor=actor, now=now, reason=reason)
    notifications.notify_user(booking, notifications.CHARGE_WAIVED, now, reason=reason, charge=charge)
    return booking
