"""Logs that nobody confirms or questions: the clock confirms them. Run by a recurring job; safe to repeat."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from bookings.usage.models import WaitingLog
from bookings.usage.selectors.disputes import get_confirmation_deadline
from bookings.usage.selectors.usage import log_lock
from bookings.usage.services import notifications
from bookings.usage.services.usage import confirmation_write


def usage_confirm_due(now: datetime) -> int:
    """Confirm overdue logs, each in its own transaction; return their number."""
    recorded_until = now - timedelta(days=settings.USAGE_CONFIRM_DAYS)
    due = WaitingLog.objects.filter(log__entry__recorded_at__lte=recorded_until).order_by("log_id")
    return sum(_confirm(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _confirm(log_id: int, now: datetime) -> bool:
    log = log_lock(log_id)
    deadline = get_confirmation_deadline(log)
    if deadline is None or now < deadline:
        return False
    confirmation_write(log, None, actor=None, now=now)
    notifications.notify_user_of_log(log, notifications.CONFIRMED_BY_CLOCK, now)
    return True
