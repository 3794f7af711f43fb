"""What becomes of open orders while their instrument is out of service, or its rule takes no samples."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.affected import has_companions_in_service
from bookings.requests.services.notifications import get_instrument_name
from bookings.samples.domain.states import LAPSING_STATES, Progress, SampleOrderState
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import (
    get_order_progress,
    is_about_to_lapse,
    is_resting,
    open_order_locks,
    order_lock,
    orders_hit_by,
    orders_without_time,
)
from bookings.samples.services import notifications
from bookings.samples.services.changes import deadline_hold_or_renew
from bookings.samples.services.payers import order_of_suspended_hold
from instrument_share.accounts.domain import OrganizationState
from instrument_share.jobs.one_by_one import do_one_by_one
from providers import public as providers
from providers.domain import InstrumentState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from django.db.models import QuerySet

    from bookings.requests.selectors.granting import GrantChange
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
GRANT_MESSAGES = (
    notifications.TAKEN_NO_MORE,
    notifications.COMPANION_TAKES_NO_MORE,
    notifications.TAKEN_AGAIN,
    notifications.COMPANION_TAKES_AGAIN,
)
"""By what `orders_hit_by` returns."""


def orders_of_leaving_hold(actor: "User", instrument: "Instrument", reason: str, now: datetime) -> None:
    """Take the deadline off what would lapse, as an instrument goes out of service; tell who has open orders.

    Under the instrument's lock. No quote is accepted meanwhile, and the unit may be suspended, too.
    """
    for order in _lock_lasting(instrument, now):
        _hold(order, actor, reason, now)


def orders_to_hold_due(now: datetime) -> int:
    """Take the deadline off orders that still have one although they rest; return their number.

    Those are the ones whose instrument had left, or whose payer was suspended, before deadlines rested.
    """
    ids = _orders_to_hold(now).values_list("pk", flat=True)
    return do_one_by_one("sample order", ids, lambda pk: _hold_due(pk, now))


@transaction.atomic
def _hold_due(order_id: int, now: datetime) -> bool:
    providers.instrument_lock(SampleOrder.objects.get(pk=order_id).instrument_id)
    order = order_lock(order_id)
    if not _orders_to_hold(now).filter(pk=order_id).exists():
        return False
    if is_in_service(order.instrument):
        order_of_suspended_hold(order, None, now)
        return True
    is_suspended = order.instrument.state == InstrumentState.SUSPENDED
    reason = order.instrument.suspension_reason if is_suspended else order.instrument.organization.reason
    _hold(order, None, reason, now)
    return True


def _orders_to_hold(now: datetime) -> "QuerySet[SampleOrder]":
    resting = (
        Q(instrument__state=InstrumentState.SUSPENDED)
        | Q(
            instrument__state=InstrumentState.PUBLISHED,
            instrument__organization__state=OrganizationState.SUSPENDED,
        )
        | Q(payer_organization__state=OrganizationState.SUSPENDED)
    )
    return SampleOrder.objects.filter(resting, state__in=LAPSING_STATES, due_at__gt=now).order_by("id")


def _hold(order: SampleOrder, actor: "User | None", reason: str, now: datetime) -> None:
    deadline_hold_or_renew(order, actor, now)
    if message := LEAVING_MESSAGES.get(_get_stage(order)):
        notifications.notify_user(order, message, now, reason=reason)


def orders_of_returning_renew(actor: "User", instrument: "Instrument", now: datetime) -> None:
    """Let the whole term of the next step begin, as an instrument is back; tell who has open orders.

    Under the instrument's lock. For samples that are there a time is planned once what is booked with it is
    back, too. What its payer's suspension holds goes on resting: its user can do nothing yet, and is told as
    the payer is reinstated.
    """
    can_plan = has_companions_in_service(instrument.pk)
    for order in _lock_lasting(instrument, now):
        deadline_hold_or_renew(order, actor, now)
        if is_resting(order):
            continue
        stage = _get_stage(order)
        if (message := RETURN_MESSAGES.get(stage)) and (can_plan or stage != Progress.TO_PLAN):
            notifications.notify_user(order, message, now)


def orders_of_companion_leaving_tell(
    actor: "User", instrument: "Instrument", companion: "Instrument", reason: str, now: datetime
) -> None:
    """Tell who has open orders, other than who decided, that no time is planned for them.

    What is booked with their instrument is out of service. Quotes are made and accepted meanwhile, and
    samples received, so that deadlines stay.
    """
    message = notifications.COMPANION_OUT_OF_SERVICE
    _tell_of_companion(actor, instrument, companion, message, now, reason=reason)


def orders_of_companion_return_tell(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell who has open orders, other than who decided, that what is booked with their instrument is back."""
    _tell_of_companion(actor, instrument, companion, notifications.COMPANION_IN_SERVICE, now)


def orders_of_companion_unlinked_tell(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell who has open orders, other than who decided, that their instrument needs the companion no more."""
    _tell_of_companion(actor, instrument, companion, notifications.COMPANION_UNLINKED, now)


def orders_hit_tell(changes: "Collection[GrantChange]", now: datetime) -> None:
    """Tell who has open orders from when on rules, or new links, take no such samples, or take them again."""
    for message, hits in zip(GRANT_MESSAGES, orders_hit_by(changes, now), strict=True):
        for hit in hits:
            notifications.notify_user(hit.thing, message, now, **hit.params)


def _tell_of_companion(
    actor: "User",
    instrument: "Instrument",
    companion: "Instrument",
    message: str,
    now: datetime,
    **params: Any,
) -> None:
    name = get_instrument_name(companion)
    for order in orders_without_time(now, instrument.pk):
        if order.user_id != actor.pk:
            notifications.notify_user(order, message, now, companion=name, **params)


def _lock_lasting(instrument: "Instrument", now: datetime) -> "Iterator[SampleOrder]":
    return (order for order in open_order_locks(instrument.pk) if not is_about_to_lapse(order, now))


def _get_stage(order: SampleOrder) -> str:
    return get_order_progress(order) or SampleOrderState(order.state)
