"""What becomes of open orders while their instrument is out of service."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.samples.domain.deadlines import get_deadline
from bookings.samples.domain.states import LAPSING_STATES, Progress, SampleOrderState
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import get_order_progress, is_about_to_lapse, open_order_locks
from bookings.samples.services import notifications
from bookings.samples.services.changes import record_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from instrument_share.accounts.models import User
    from providers.models import Instrument

LEAVING_MESSAGES: Mapping[str, str] = {
    SampleOrderState.SUBMITTED: notifications.TO_QUOTE_OUT_OF_SERVICE,
    SampleOrderState.QUOTED: notifications.TO_ACCEPT_OUT_OF_SERVICE,
    SampleOrderState.ACCEPTED: notifications.TO_HAND_IN_OUT_OF_SERVICE,
    Progress.TO_PLAN: notifications.TO_PLAN_OUT_OF_SERVICE,
}
RETURN_MESSAGES: Mapping[str, str] = {
    SampleOrderState.SUBMITTED: notifications.TO_QUOTE_IN_SERVICE,
    SampleOrderState.QUOTED: notifications.TO_ACCEPT_IN_SERVICE,
    SampleOrderState.ACCEPTED: notifications.TO_HAND_IN_IN_SERVICE,
    Progress.TO_PLAN: notifications.TO_PLAN_IN_SERVICE,
}
"""By what an order waits for. What has a time was settled as a booking, and what is measured goes on."""


def orders_of_leaving_hold(actor: "User", instrument: "Instrument", reason: str, now: datetime) -> None:
    """Take the deadline off what would lapse, as an instrument goes out of service; tell who has open orders.

    Under the instrument's lock. No quote is accepted meanwhile, and the unit may be suspended, too.
    """
    for order in _lock_lasting(instrument, now):
        if order.state in LAPSING_STATES:
            _set_deadline(order, None, actor, "sample_order.held", now)
        if message := LEAVING_MESSAGES.get(_get_stage(order)):
            notifications.notify_user(order, message, now, reason=reason)


def orders_of_returning_renew(actor: "User", instrument: "Instrument", now: datetime) -> None:
    """Let the whole term of the next step begin, as an instrument is back; tell who has open orders.

    Under the instrument's lock.
    """
    for order in _lock_lasting(instrument, now):
        if order.state in LAPSING_STATES:
            due_at = get_deadline(order.state, now, order.report_days)
            _set_deadline(order, due_at, actor, "sample_order.due_anew", now)
        if message := RETURN_MESSAGES.get(_get_stage(order)):
            notifications.notify_user(order, message, now)


def _lock_lasting(instrument: "Instrument", now: datetime) -> "Iterator[SampleOrder]":
    return (order for order in open_order_locks(instrument.pk) if not is_about_to_lapse(order, now))


def _set_deadline(
    order: SampleOrder, due_at: datetime | None, actor: "User", action: str, now: datetime
) -> None:
    order.due_at = due_at
    order.save(update_fields=["due_at"])
    record_order(order, action, actor, now, None if due_at is None else {"until": due_at.isoformat()})


def _get_stage(order: SampleOrder) -> str:
    return get_order_progress(order) or SampleOrderState(order.state)
