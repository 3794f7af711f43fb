"""Notifications about recorded uses."""

from datetime import datetime

from bookings.requests.services.notifications import get_instrument_name
from bookings.usage.models import UsageLog
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop

CONFIRM = gettext_noop("Your use of {instrument} from {starts_at} was recorded. Confirm or question it.")
CORRECTED = gettext_noop(
    "The record of your use of {instrument} from {starts_at} is to be corrected. Confirm it."
)


def notify_user_of_log(log: UsageLog, message: str, now: datetime) -> None:
    """Notify the user of a log, linking to its page."""
    notify(
        users=[log.user],
        message=message,
        now=now,
        path=page_address("usage_log", log.public_id),
        params={"instrument": get_instrument_name(log.instrument), "starts_at": log.starts_at},
    )
