"""Uses that nobody ends, logs that nobody confirms or questions. Run by recurring jobs; safe to repeat."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services.notifications import (
    USE_OVERDUE,
    YOUR_USE_OVERDUE,
    notify_keepers,
    notify_user,
)
from bookings.usage.models import WaitingLog
from bookings.usage.selectors.disputes import get_confirmation_deadline, recording_acts
from bookings.usage.selectors.usage import log_lock
from bookings.usage.services import notifications
from bookings.usage.services.usage import confirmation_write
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal import services as journal
from instrument_share.journal.selectors import entries

if TYPE_CHECKING:
    from django.db.models import QuerySet

OVERDUE = "booking.overdue"
REMIND_AFTER = timedelta(minutes=30)
"""How long after its booked end a use that is not checked out is overdue."""
REMINDED_EVERY = timedelta(days=1)


def uses_remind_due(now: datetime) -> int:
    """Remind of uses that are not checked out after their booked end, of each once a day; their number.

    The hours are recorded at check-out only: the clock knows no end. The user is told, unless the unit has
    planned the use for samples, and who checks it out.
    """
    waiting = _to_remind(now).order_by("ends_at", "id").values_list("pk", flat=True)
    return do_one_by_one("booking", waiting, lambda pk: _remind(pk, now))


@transaction.atomic
def _remind(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    if not _to_remind(now).filter(pk=booking_id).exists():
        return False
    journal.record(
        actor=None,
        action=OVERDUE,
        subject=booking,
        now=now,
        organization_id=booking.instrument.organization_id,
        details={"until": booking.ends_at.isoformat()},
    )
    if not booking.planned_by_unit:
        notify_user(booking, YOUR_USE_OVERDUE, now, ends_at=booking.ends_at)
    notify_keepers(booking, USE_OVERDUE, now, ends_at=booking.ends_at)
    return True


def _to_remind(now: datetime) -> "QuerySet[Booking]":
    """Return overdue uses of which nobody was reminded lately, since the end that is booked now."""
    told = (
        entries()
        .filter(
            subject_type=Booking._meta.label,
            subject_id=OuterRef("public_id"),
            action=OVERDUE,
            at__gt=now - REMINDED_EVERY,
        )
        .filter(at__gt=OuterRef("ends_at"))
    )
    overdue = Booking.objects.filter(state=BookingState.IN_USE, ends_at__lte=now - REMIND_AFTER)
    return overdue.filter(~Exists(told))


def usage_confirm_due(now: datetime) -> int:
    """Confirm overdue logs, each in its own transaction; return their number.

    What was taken over is left out at once: a former system may have left a hundred thousand uses waiting.
    """
    recorded_until = now - timedelta(days=settings.USAGE_CONFIRM_DAYS)
    due = WaitingLog.objects.filter(
        Exists(recording_acts(OuterRef("log__public_id"))), log__entry__recorded_at__lte=recorded_until
    ).order_by("log_id")
    return do_one_by_one("log", due.values_list("pk", flat=True), lambda pk: _confirm(pk, now))


@transaction.atomic
def _confirm(log_id: int, now: datetime) -> bool:
    log = log_lock(log_id)
    deadline = get_confirmation_deadline(log)
    if deadline is None or now < deadline:
        return False
    confirmation_write(log, None, actor=None, now=now)
    notifications.notify_user_of_log(log, notifications.CONFIRMED_BY_CLOCK, now)
    return True
