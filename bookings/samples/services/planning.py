"""Plan samples onto the instrument: a booking of their owner, made by the keeper at the agreed price."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.requests.domain.errors import BookingRefused, SlotTaken
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.selectors.admission import find_problems_in
from bookings.requests.selectors.request_facts import RequestFacts, read_request_facts
from bookings.requests.services.held_time import record_change, translate_overlap_error
from bookings.requests.services.notifications import notify_other_keepers
from bookings.samples.domain.errors import AlreadyPlanned
from bookings.samples.domain.states import Progress, get_next_state
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import get_order_progress, order_lock, require_use_possible
from bookings.samples.services import notifications
from bookings.samples.services.changes import move_order
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.kernel.interval import Interval


@transaction.atomic
def sample_order_plan(*, actor: "User", order_id: int, interval: "Interval", now: datetime) -> Booking:
    """Book a time for samples that are there, in the name of their owner and approved at once.

    It is admitted by the checks of every booking and holds its time as others do; what can't be booked
    without another instrument takes that too. Its price is the accepted quote, and stays. Raises
    AlreadyPlanned, OutOfService, PayerLeft, BookingRefused with every problem, or SlotTaken where that is the
    only one.
    """
    asked = require_found(SampleOrder.objects.filter(pk=order_id).first())
    if asked.payer_organization_id is not None:
        accounts.memberships_lock(asked.user, asked.payer_organization_id)
    ids = [asked.instrument_id, *providers.linked_ids(asked.instrument_id)]
    instruments_by_id = {one.pk: one for one in providers.instrument_locks(ids)}
    order = order_lock(order_id)
    require(actor, "bookings.handle_samples", order)
    get_next_state(order.state, "plan")
    if get_order_progress(order) != Progress.TO_PLAN:
        raise AlreadyPlanned
    require_use_possible(order)
    facts = read_request_facts(
        order.user, ids, interval=interval, payer_id=order.payer_organization_id, now=now
    )
    _require_admitted(actor, order, facts, ids, interval, now)
    group = BookingGroup.objects.create(user=order.user, created_at=now)
    bookings = [
        _create_booking(order, group, facts[pk], interval, actor, now)
        for pk in ids
        if pk in instruments_by_id
    ]
    order.booking = bookings[0]
    move_order(
        order,
        "plan",
        "booking",
        actor=actor,
        now=now,
        action="sample_order.planned",
        details={"booking": bookings[0].public_id},
    )
    notifications.notify_user(order, notifications.PLANNED, now, starts_at=interval.start)
    for beside in bookings[1:]:
        notify_other_keepers(beside, notifications.PLANNED_BESIDE, now, actor)
    return bookings[0]


def _require_admitted(
    actor: "User",
    order: SampleOrder,
    facts: dict[int, RequestFacts],
    ids: list[int],
    interval: "Interval",
    now: datetime,
) -> None:
    problems = find_problems_in(
        actor,
        order.user,
        facts,
        dict.fromkeys(ids),
        interval=interval,
        service_mode=ServiceMode.SAMPLES,
        payer_organization=order.payer_organization,
        subject=order.subject,
        samples=order.samples.count(),
        price_is_agreed=True,
        now=now,
    )
    if [one.code for one in problems] == [SlotTaken.code]:
        raise SlotTaken(problems=problems)
    if problems:
        raise BookingRefused(problems=problems)


def _create_booking(
    order: SampleOrder,
    group: BookingGroup,
    facts: RequestFacts,
    interval: "Interval",
    actor: "User",
    now: datetime,
) -> Booking:
    """Create one booking of the group; the price stands on that of the ordered instrument alone."""
    assert facts.terms is not None
    is_ordered = facts.instrument.pk == order.instrument_id
    price: dict[str, Any] = {"quote": order.quote, "quoted_yuan": order.quoted_yuan}
    booking = Booking(
        group=group,
        instrument=facts.instrument,
        rule_id=facts.terms.rule_id,
        user=order.user,
        payer_organization=order.payer_organization,
        payer_person=order.payer_person,
        user_kind=UserKind(providers.user_kind(order.user, order.payer_organization, facts.instrument)).value,
        state=BookingState.APPROVED.value,
        starts_at=interval.start,
        ends_at=interval.end,
        held_until=interval.end + facts.terms.turnaround,
        service_mode=ServiceMode.SAMPLES.value,
        subject=order.subject,
        project=order.project,
        direction=order.direction,
        samples=order.samples.count(),
        planned_by_unit=True,
        requested_at=now,
        decided_at=now,
        decided_by=actor,
        **(price if is_ordered else {"quote": [], "quoted_yuan": 0}),
    )
    with translate_overlap_error(savepoint=False):
        booking.save(force_insert=True)
    details = {"to": interval.to_text(), "quoted_yuan": f"{booking.quoted_yuan:.2f}"}
    record_change(booking, actor, "booking.planned", now, details)
    return booking
