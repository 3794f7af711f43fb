"""What time does by itself: requests lapse, and who does not come is marked. For `tick`; safe to repeat."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from bookings.requests.domain.cancellation import no_show_charge
from bookings.requests.domain.choices import CreditKind
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services import _messages as messages
from bookings.requests.services._holding import advance
from bookings.requests.services.bookings import cancel_mates, credit_event, record_change


def bookings_lapse_due(now: datetime) -> int:
    """Requests that nobody decided on in time lapse, each in a transaction of its own. Their number."""
    due = Booking.objects.filter(state=BookingState.REQUESTED, decide_by__lte=now).order_by("decide_by", "id")
    return sum(_lapse(pk, now) for pk in due.values_list("pk", flat=True))


def bookings_no_show_due(now: datetime) -> int:
    """Approved bookings that nobody attended in time after their start are no-shows. Their number."""
    limit = now - timedelta(minutes=settings.BOOKING_NO_SHOW_MINUTES)
    due = Booking.objects.filter(state=BookingState.APPROVED, starts_at__lte=limit).order_by(
        "starts_at", "id"
    )
    return sum(_no_show(pk, limit, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _lapse(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    if booking.state != BookingState.REQUESTED or booking.decide_by is None or booking.decide_by > now:
        return False
    cancel_mates(booking, actor=None, reason="", now=now)
    booking.ended_at = now
    advance(booking, "lapse", "ended_at")
    record_change(booking, None, "booking.lapsed", now)
    messages.tell_user(booking, messages.LAPSED, now)
    return True


@transaction.atomic
def _no_show(booking_id: int, limit: datetime, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    if booking.state != BookingState.APPROVED or booking.starts_at > limit:
        return False
    booking.ended_at = now
    booking.charged_yuan = no_show_charge(booking.quoted_yuan, booking.rule.no_show_percent)
    advance(booking, "no_show", "ended_at", "charged_yuan")
    credit_event(booking, CreditKind.NO_SHOW, now)
    record_change(
        booking, None, "booking.no_show", now, details={"charged_yuan": f"{booking.charged_yuan:.2f}"}
    )
    messages.tell_user(booking, messages.NO_SHOW, now)
    return True
