"""What the unit does with a sample order: quote, decline, receive, give back or dispose of the samples."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.states import HOLDING_STATES
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.services.bookings import get_terms
from bookings.samples.domain.choices import Afterwards
from bookings.samples.domain.deadlines import MOST_REPORT_DAYS
from bookings.samples.domain.errors import (
    CLOSING_REASON_MISSING,
    REJECTION_REASON_MISSING,
    OrderRefused,
    StillPlanned,
)
from bookings.samples.domain.quote import OwnPrices, calculate_order_quote, find_quote_problems
from bookings.samples.domain.states import UNHANDED_STATES, Progress, SampleOrderState
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import (
    get_order_progress,
    open_order_locks,
    require_quote,
    require_samples_taken,
)
from bookings.samples.services import notifications
from bookings.samples.services.changes import move_order, order_lock_for
from instrument_share.kernel.errors import Problem, gettext_noop, require_found, require_reason
from providers import public as providers
from providers.domain import UserKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bookings.requests.domain.pricing import Quote
    from instrument_share.accounts.models import User

QUOTE_FIELDS = (
    "quote",
    "quoted_yuan",
    "quoted_hours",
    "quote_note",
    "report_days",
    "quoted_at",
    "quoted_by",
)
ENDING_FIELDS = ("ended_at", "ended_by", "end_note")


@transaction.atomic
def sample_order_quote(
    *,
    actor: "User",
    order_id: int,
    hours: Decimal,
    report_days: int,
    now: datetime,
    own_prices: OwnPrices | None = None,
    note: str = "",
    shown: str | None = None,
) -> SampleOrder:
    """Quote a price as the keeper, or quote again before it is accepted.

    The prices are the rule's; where it has none for samples, those of `own_prices` by unit. Raises
    OrderRefused with every problem, SamplesNotTaken, and QuoteChanged where the order has another quote than
    the one that was read (`shown`, its version). While the order rests it can't be accepted, and has no
    deadline.
    """
    asked = require_found(SampleOrder.objects.filter(pk=order_id).first())
    providers.instrument_lock(asked.instrument_id)
    order = order_lock_for(actor, order_id, "quote", now, permission="bookings.handle_samples")
    require_samples_taken(order, now)
    require_quote(order, shown)
    quote = calculate_quote(order, hours=hours, report_days=report_days, own_prices=own_prices, now=now)
    order.quote, order.quoted_yuan, order.quoted_hours = quote.as_rows(), quote.total, hours
    order.quote_note, order.report_days = note.strip()[:500], report_days
    order.quoted_at, order.quoted_by = now, actor
    details = {"quoted_yuan": f"{quote.total:.2f}"}
    move_order(
        order, "quote", *QUOTE_FIELDS, actor=actor, now=now, action="sample_order.quoted", details=details
    )
    notifications.notify_user(order, _get_quoted_message(order), now)
    return order


def calculate_quote(
    order: SampleOrder, *, hours: Decimal, report_days: int, own_prices: OwnPrices | None, now: datetime
) -> "Quote":
    """Return the price that a quote comes to. Raises OrderRefused with every problem."""
    terms = get_terms(order.instrument_id, now)
    kind, prices = UserKind(order.user_kind), own_prices or {}
    problems = [*find_quote_problems(terms, kind, hours, prices), *_find_days_problems(report_days)]
    if problems:
        raise OrderRefused(problems=problems)
    return calculate_order_quote(terms, kind, order.samples.count(), hours, prices)


def _get_quoted_message(order: SampleOrder) -> str:
    if order.due_at is not None:
        return notifications.QUOTED
    if is_in_service(order.instrument):
        return notifications.QUOTED_PAYER_SUSPENDED
    return notifications.QUOTED_OUT_OF_SERVICE


@transaction.atomic
def sample_order_reject(*, actor: "User", order_id: int, reason: str, now: datetime) -> SampleOrder:
    """Decline an order before its samples are there, with a reason for the user. Raises ReasonMissing."""
    order = order_lock_for(actor, order_id, "reject", now, permission="bookings.handle_samples")
    _reject(order, actor, require_reason(reason, code=REJECTION_REASON_MISSING), now)
    return order


def _reject(order: SampleOrder, actor: "User", reason: str, now: datetime) -> None:
    order.end_note, order.ended_at, order.ended_by = reason, now, actor
    why = {"reason": reason}
    move_order(
        order, "reject", *ENDING_FIELDS, actor=actor, now=now, action="sample_order.rejected", details=why
    )
    notifications.notify_user(order, notifications.REJECTED, now, reason=reason)


def orders_of_retired_reject(actor: "User", instrument_id: int, reason: str, now: datetime) -> None:
    """Decline the orders for an instrument that is retired whose samples are not there yet.

    Under the instrument's lock. What is there and not measured stays to be given back or disposed of; its
    user is told, also where its planned time is over.
    """
    for order in open_order_locks(instrument_id):
        if order.state in UNHANDED_STATES:
            _reject(order, actor, reason, now)
        elif get_order_progress(order) in {Progress.TO_PLAN, Progress.PLANNED}:
            notifications.notify_user(order, notifications.KEPT_BY_RETIRED, now, reason=reason)


@transaction.atomic
def sample_order_receive(
    *, actor: "User", order_id: int, brought_by: str, now: datetime, condition: str = "", place: str = ""
) -> SampleOrder:
    """Record that the samples have arrived: when, from whom, in what condition, and where they are kept."""
    order = order_lock_for(actor, order_id, "receive", now, permission="bookings.handle_samples")
    if not brought_by.strip():
        message = gettext_noop("Say who brought the samples, or the courier and the parcel number.")
        raise OrderRefused(problems=[Problem("samples.bringer_missing", message, field="brought_by")])
    order.received_at, order.received_by = now, actor
    order.brought_by, order.condition = brought_by.strip()[:100], condition.strip()[:500]
    order.place = place.strip()[:100]
    move_order(
        order,
        "receive",
        "received_at",
        "received_by",
        "brought_by",
        "condition",
        "place",
        actor=actor,
        now=now,
        action="sample_order.received",
    )
    notifications.notify_user(order, notifications.RECEIVED, now)
    return order


@transaction.atomic
def sample_order_close(
    *, actor: "User", order_id: int, outcome: Afterwards, now: datetime, note: str = ""
) -> SampleOrder:
    """End an order: its samples were given back or disposed of.

    Without a report it needs a reason. Raises StillPlanned while a time is booked for them.
    """
    order = order_lock_for(actor, order_id, "close", now, permission="bookings.handle_samples")
    if order.booking is not None and order.booking.state in HOLDING_STATES:
        raise StillPlanned
    details = {"outcome": Afterwards(outcome).value}
    if order.state == SampleOrderState.RECEIVED:
        note = details["reason"] = require_reason(note, code=CLOSING_REASON_MISSING)
    order.outcome, order.end_note = Afterwards(outcome).value, note.strip()[:500]
    order.ended_at, order.ended_by = now, actor
    move_order(
        order,
        "close",
        "outcome",
        *ENDING_FIELDS,
        actor=actor,
        now=now,
        action="sample_order.closed",
        details=details,
    )
    _notify_of_end(order, now)
    return order


def _notify_of_end(order: SampleOrder, now: datetime) -> None:
    is_returned = order.outcome == Afterwards.RETURN
    if order.reported_at is not None:
        told = notifications.RETURNED if is_returned else notifications.DISPOSED
        notifications.notify_user(order, told, now, note=order.end_note)
        return
    told = notifications.RETURNED_WITHOUT_REPORT if is_returned else notifications.DISPOSED_WITHOUT_REPORT
    charge = notifications.describe_charge(order)
    notifications.notify_user(order, told, now, note=order.end_note, charge=charge)


def _find_days_problems(report_days: int) -> "Iterator[Problem]":
    if not 1 <= report_days <= MOST_REPORT_DAYS:
        message = gettext_noop("The report is due within 1 to {most} days of receipt.")
        yield Problem("samples.days_out_of_range", message, {"most": MOST_REPORT_DAYS}, "report_days")


def bringers_erase(*, user: "User") -> None:
    """Take the name of who brought the samples off a person's orders, as their account is deleted."""
    SampleOrder.objects.filter(user=user).exclude(brought_by="").update(brought_by="")
