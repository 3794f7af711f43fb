"""What becomes of open orders as the organization that is to pay them can't any more, or can again."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.samples.domain.states import LAPSING_STATES
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import (
    is_about_to_lapse,
    is_resting,
    order_lock,
    orders_to_pay,
    orders_to_pay_elsewhere,
    waits_for_a_time,
)
from bookings.samples.services import notifications
from bookings.samples.services.changes import deadline_hold_or_renew
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from instrument_share.accounts.models import Organization, User


def orders_of_payer_left_tell(user: "User", organization: "Organization", now: datetime) -> None:
    """Tell who has left the organization, and the keepers, of orders that it was to pay."""
    for order in orders_to_pay(organization.pk, user.pk):
        if not is_about_to_lapse(order, now):
            told = {"organization": _name(organization)}
            notifications.notify_user(order, notifications.OWN_PAYER_LEFT, now, **told)
            notifications.notify_other_keepers(order, notifications.PAYER_LEFT, now, **told)


def orders_of_payer_suspended_hold(actor: "User", organization: "Organization", now: datetime) -> None:
    """Take the deadline off what would lapse elsewhere as an organization that is to pay is suspended.

    Users and keepers are told. What is its own rests with its instruments.
    """
    for order in _lock_lasting(organization, now):
        order_of_suspended_hold(order, actor, now)


def order_of_suspended_hold(order: SampleOrder, actor: "User | None", now: datetime) -> None:
    """Take the deadline off one order whose payer is suspended, under the caller's lock, and tell of it."""
    assert order.payer_organization is not None
    deadline_hold_or_renew(order, actor, now)
    _tell(order, notifications.PAYER_SUSPENDED, now, reason=order.payer_organization.reason)


def orders_of_payer_reinstated_renew(actor: "User", organization: "Organization", now: datetime) -> None:
    """Let the whole term of the next step begin as it is reinstated, and tell of it.

    What its instrument out of service holds goes on resting, and the message says so: keepers, who hear of no
    return of the instrument, have been told of the suspension.
    """
    for order in _lock_lasting(organization, now):
        deadline_hold_or_renew(order, actor, now)
        _tell(order, _get_message_of_reinstatement(order), now)


def _get_message_of_reinstatement(order: SampleOrder) -> str:
    if is_resting(order):
        return notifications.PAYER_REINSTATED_OUT_OF_SERVICE
    has_term = order.state in LAPSING_STATES
    return notifications.PAYER_REINSTATED_DUE if has_term else notifications.PAYER_REINSTATED


def _lock_lasting(organization: "Organization", now: datetime) -> "Iterator[SampleOrder]":
    for found in orders_to_pay_elsewhere(organization.pk):
        order = order_lock(found.pk)
        if waits_for_a_time(order) and not is_about_to_lapse(order, now):
            yield order


def _tell(order: SampleOrder, message: str, now: datetime, **params: Any) -> None:
    assert order.payer_organization is not None
    for notify in (notifications.notify_user, notifications.notify_other_keepers):
        notify(order, message, now, organization=_name(order.payer_organization), **params)


def _name(organization: "Organization") -> Bilingual:
    return Bilingual(organization.name_zh, organization.name_en)
