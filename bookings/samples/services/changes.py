"""What every step of a sample order writes: the state with its deadline, and the journal."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.samples.domain.deadlines import get_deadline
from bookings.samples.domain.errors import DeadlinePassed
from bookings.samples.domain.states import LAPSING_STATES, get_next_state
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import is_about_to_lapse, is_resting, order_lock
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def order_lock_for(actor: "User", order_id: int, move: str, now: datetime, *, permission: str) -> SampleOrder:
    """Lock an order with which the actor may do this now, and return it.

    Raises IllegalMove, and DeadlinePassed once it is about to lapse.
    """
    order = order_lock(order_id)
    require(actor, permission, order)
    get_next_state(order.state, move)
    if is_about_to_lapse(order, now):
        raise DeadlinePassed(deadline=order.due_at)
    return order


def move_order(
    order: SampleOrder,
    move: str,
    *fields: str,
    actor: "User | None",
    now: datetime,
    action: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Make a move under the caller's lock, save it with the `fields` that the caller has set, and record it.

    A move that leaves the state leaves its deadline, but for a new quote, which starts again.
    """
    following = get_next_state(order.state, move)
    if following != order.state or move == "quote":
        order.due_at = _get_deadline(order, following, now)
    order.state = following
    order.save(update_fields=["state", "due_at", *fields])
    record_order(order, action, actor, now, details)


def _get_deadline(order: SampleOrder, state: str, now: datetime) -> datetime | None:
    """Return until when the next step is due; what would lapse has no deadline while it rests."""
    if state in LAPSING_STATES and is_resting(order):
        return None
    return get_deadline(state, now, order.report_days)


def deadline_hold_or_renew(order: SampleOrder, actor: "User | None", now: datetime) -> None:
    """Take the deadline off what would lapse while it rests; after that let the whole term of its step begin.

    Under the caller's lock.
    """
    if order.state not in LAPSING_STATES or is_resting(order) == (order.due_at is None):
        return
    order.due_at = _get_deadline(order, order.state, now)
    order.save(update_fields=["due_at"])
    if order.due_at is None:
        record_order(order, "sample_order.held", actor, now)
    else:
        record_order(order, "sample_order.due_anew", actor, now, {"until": order.due_at.isoformat()})


def record_order(
    order: SampleOrder,
    action: str,
    actor: "User | None",
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Record in the journal what was done to an order."""
    record(
        actor=actor,
        action=action,
        subject=order,
        now=now,
        organization_id=order.instrument.organization_id,
        details=details,
    )
