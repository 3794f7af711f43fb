"""Notifications about waits and offers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.requests.services.notifications import get_instrument_name
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop

if TYPE_CHECKING:
    from bookings.waiting.models import WaitlistEntry

OFFERED = gettext_noop(
    "{instrument} is free for you from {starts_at}. Accept by {answer_by}, or it goes to the next on the "
    "list."
)
LAPSED = gettext_noop(
    "You did not answer the offer of {instrument} from {starts_at} in time; it has passed on. "
    "You stay on the waiting list."
)
UNANSWERED = gettext_noop(
    "You did not answer the offer of {instrument} from {starts_at} either; you wait for it no longer. Join "
    "the list again if you still need it."
)
TAKEN = gettext_noop(
    "A request for {instrument} from {starts_at} was approved; that time is taken. You stay on the waiting "
    "list."
)
OVER = gettext_noop("No time came free on {instrument} before {latest}. You wait for it no longer.")


def notify_waiting(entry: "WaitlistEntry", message: str, now: datetime, **params: Any) -> None:
    """Notify somebody who waits."""
    notify(
        users=[entry.user_id],
        message=message,
        now=now,
        path=page_address("my_waiting"),
        kind=NotificationKind.BOOKINGS,
        act_by=params.get("answer_by"),
        params={"instrument": get_instrument_name(entry.instrument), "latest": entry.latest, **params},
    )
