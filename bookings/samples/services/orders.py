"""What the user does with a sample order, and orders that lapse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.choices import Direction
from bookings.requests.selectors.request_facts import get_payer
from bookings.samples.domain.choices import Afterwards, SampleHazard, SampleStorage
from bookings.samples.domain.deadlines import get_deadline
from bookings.samples.domain.errors import OrderRefused
from bookings.samples.domain.states import SampleOrderState
from bookings.samples.models import Sample, SampleOrder
from bookings.samples.selectors import (
    find_problems_without_time,
    order_lock,
    orders_to_lapse,
    require_quote,
    require_samples_taken,
    require_use_possible,
)
from bookings.samples.services import notifications
from bookings.samples.services.changes import move_order, order_lock_for, record_order
from bookings.samples.services.service_breaks import orders_to_hold_due
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.kernel.errors import Problem, gettext_noop, require_found
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_SAMPLES = 50
LONGEST = {"name": 100, "number": 50, "tests": 300}


@dataclass(frozen=True)
class SampleFacts:
    """A sample as its owner describes it."""

    name: str
    number: str
    tests: str
    storage: SampleStorage = SampleStorage.ROOM
    hazards: tuple[SampleHazard, ...] = ()


@transaction.atomic
def sample_order_create(
    *,
    actor: "User",
    instrument_id: int,
    payer_organization_id: int | None,
    subject: str,
    samples: Sequence[SampleFacts],
    now: datetime,
    project: str = "",
    direction: Direction = Direction.RESEARCH,
    afterwards: Afterwards = Afterwards.RETURN,
) -> SampleOrder:
    """Order the measuring of samples, paid by oneself or an organization, to be quoted by the keeper.

    Raises OrderRefused with every problem.
    """
    require(actor, "bookings.order_samples")
    payer = get_payer(actor, payer_organization_id)
    if payer_organization_id is not None:
        accounts.memberships_lock(actor, payer_organization_id)
    instrument = providers.instrument_lock(instrument_id)
    problems = [
        *find_problems_without_time(actor, instrument, payer, subject=subject, start=now, now=now),
        *_find_sample_problems(samples),
    ]
    if problems:
        raise OrderRefused(problems=problems)
    order = SampleOrder.objects.create(
        instrument=instrument,
        user=actor,
        payer_organization=payer,
        payer_person=None if payer else actor,
        user_kind=providers.user_kind(actor, payer, instrument).value,
        due_at=get_deadline(SampleOrderState.SUBMITTED, now, None),
        subject=subject.strip(),
        project=project.strip(),
        direction=Direction(direction).value,
        afterwards=Afterwards(afterwards).value,
        submitted_at=now,
    )
    Sample.objects.bulk_create(
        Sample(
            order=order,
            position=position,
            name=one.name.strip(),
            number=one.number.strip(),
            tests=one.tests.strip(),
            storage=one.storage.value,
            hazards=[hazard.value for hazard in one.hazards],
        )
        for position, one in enumerate(samples, 1)
    )
    record_order(order, "sample_order.submitted", actor, now, {"samples": len(samples)})
    notifications.notify_keepers(order, notifications.SUBMITTED, now)
    return order


@transaction.atomic
def sample_order_accept(
    *, actor: "User", order_id: int, now: datetime, shown: str | None = None
) -> SampleOrder:
    """Accept the quote as who placed the order.

    `shown` is the version of the quote that was read (`quote_version`). Raises QuoteChanged where the
    keeper has quoted again, OutOfService, PayerLeft and SamplesNotTaken.
    """
    asked = require_found(SampleOrder.objects.filter(pk=order_id).first())
    require(actor, "bookings.answer_samples", asked)
    if asked.payer_organization_id is not None:
        accounts.memberships_lock(actor, asked.payer_organization_id)
    providers.instrument_lock(asked.instrument_id)
    order = order_lock_for(actor, order_id, "accept", now, permission="bookings.answer_samples")
    require_use_possible(order)
    require_samples_taken(order, now)
    require_quote(order, shown)
    order.accepted_at = now
    details = {"quoted_yuan": f"{order.quoted_yuan:.2f}"}
    move_order(
        order, "accept", "accepted_at", actor=actor, now=now, action="sample_order.accepted", details=details
    )
    notifications.notify_keepers(order, notifications.ACCEPTED, now)
    notifications.notify_user(order, notifications.HAND_IN, now)
    return order


@transaction.atomic
def sample_order_cancel(*, actor: "User", order_id: int, now: datetime, reason: str = "") -> SampleOrder:
    """Withdraw an order whose samples are not handed in, as who placed it; it costs nothing."""
    order = order_lock_for(actor, order_id, "cancel", now, permission="bookings.answer_samples")
    order.ended_at, order.ended_by, order.end_note = now, actor, reason.strip()[:500]
    fields = ("ended_at", "ended_by", "end_note")
    why = {"reason": order.end_note} if order.end_note else {}
    move_order(order, "cancel", *fields, actor=actor, now=now, action="sample_order.cancelled", details=why)
    notifications.notify_keepers(order, notifications.CANCELLED, now)
    return order


def sample_orders_lapse_due(now: datetime) -> int:
    """Let orders lapse whose deadline has passed, each in its own transaction; return their number.

    First the deadlines rest of those whose instrument is out of service, or whose payer is suspended.
    """
    try:
        orders_to_hold_due(now)
    finally:
        ids = orders_to_lapse(now).values_list("pk", flat=True)
        lapsed = do_one_by_one("sample order", ids, lambda pk: _lapse(pk, now))
    return lapsed


@transaction.atomic
def _lapse(order_id: int, now: datetime) -> bool:
    order = order_lock(order_id)
    if not orders_to_lapse(now).filter(pk=order_id).exists():
        return False
    due, order.ended_at = order.due_at, now
    move_order(order, "lapse", "ended_at", actor=None, now=now, action="sample_order.lapsed")
    notifications.notify_user(order, notifications.LAPSED, now, due=due)
    notifications.notify_keepers(order, notifications.LAPSED, now, due=due)
    return True


def _find_sample_problems(samples: Sequence[SampleFacts]) -> list[Problem]:
    problems = []
    if not 1 <= len(samples) <= MOST_SAMPLES:
        message = gettext_noop("An order has from 1 to {most} samples.")
        problems.append(Problem("samples.number_of_samples", message, {"most": MOST_SAMPLES}))
    if any(not getattr(one, field).strip() for one in samples for field in LONGEST):
        message = gettext_noop("Each sample needs a name, a number and the measurement wanted.")
        problems.append(Problem("samples.incomplete", message))
    if any(len(getattr(one, field)) > most for one in samples for field, most in LONGEST.items()):
        message = gettext_noop("A name has at most 100 characters, a number 50, the measurement 300.")
        problems.append(Problem("samples.too_long", message))
    numbers = Counter(number for one in samples if (number := one.number.strip()))
    message = gettext_noop("More than one sample has the number {number}. Give each its own.")
    twice = [number for number, times in numbers.items() if times > 1]
    problems += [Problem("samples.number_twice", message, {"number": number}) for number in twice]
    return problems
