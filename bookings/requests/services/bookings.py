"""Requests and decisions on them: lock → check → write → journal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.requests.domain import credit, pricing
from bookings.requests.domain.cancellation import is_late_cancel
from bookings.requests.domain.choices import CreditKind, Direction
from bookings.requests.domain.errors import (
    REASON_MISSING,
    BookingChanged,
    BookingRefused,
    DecisionOverdue,
    SlotTaken,
)
from bookings.requests.domain.states import MOVES, BookingState
from bookings.requests.models import Booking, BookingGroup, CreditEvent
from bookings.requests.selectors.admission import find_booking_problems, is_new_decision_needed
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services import notifications
from bookings.requests.services.frozen_facts import get_payer
from bookings.requests.services.held_time import (
    apply_transition,
    calculate_late_charge,
    late_charges_refresh,
    translate_overlap_error,
)
from bookings.requests.services.next_free import next_free_refresh
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import NotFound, require_reason, require_revision
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.states import next_state, require_transition
from providers import public as providers
from providers.domain import Decision, ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.domain import Terms
    from providers.models import Instrument


@transaction.atomic
def booking_create(
    *,
    actor: "User",
    instrument_id: int,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization_id: int | None,
    subject: str,
    now: datetime,
    project: str = "",
    direction: str = Direction.RESEARCH.value,
    samples: int = 0,
) -> Booking:
    """Book an instrument for an interval, paid by oneself or an organization.

    Instruments that it can't be booked without are booked with it, in one group: all or none. A booking is
    approved at once or waits for a keeper, as the rule says; either way it holds its time. Raises
    BookingRefused with every problem, or SlotTaken where that is the only one.
    """
    require(actor, "bookings.book")
    if payer_organization_id is not None:
        accounts.memberships_lock(actor, payer_organization_id)
    instruments_by_id = {
        one.pk: one
        for one in providers.instrument_locks([instrument_id, *providers.linked_ids(instrument_id)])
    }
    instrument = instruments_by_id.pop(instrument_id, None)
    if instrument is None:
        raise NotFound
    payer = get_payer(actor, payer_organization_id)
    problems = find_booking_problems(
        actor,
        instrument,
        interval=interval,
        service_mode=service_mode,
        payer_organization=payer,
        subject=subject,
        samples=samples,
        now=now,
    )
    if problems:
        raise _build_refusal(problems)
    group = BookingGroup.objects.create(user=actor, created_at=now)
    asked = {
        "group": group,
        "user": actor,
        "payer_organization": payer,
        "payer_person": None if payer else actor,
        "service_mode": service_mode.value,
        "subject": subject.strip(),
        "project": project.strip(),
        "direction": Direction(direction).value,
        "samples": samples,
        "requested_at": now,
    }
    companions = sorted(instruments_by_id.values(), key=lambda companion: companion.pk)
    booking = _create_booking(instrument, interval, asked, now)
    for companion in companions:
        _create_booking(companion, interval, asked, now)
    return booking


def _create_booking(
    instrument: "Instrument", interval: Interval, asked: dict[str, Any], now: datetime
) -> Booking:
    """Create one booking of a group; the caller has checked admission."""
    terms = providers.terms_at(instrument.pk, interval.start)
    if terms is None:
        raise _build_refusal([])
    actor = asked["user"]
    user_kind = providers.user_kind(actor, asked["payer_organization"], instrument)
    booking = Booking(instrument=instrument, user_kind=user_kind.value, **asked)
    _set_time_and_price(booking, interval, terms, now)
    booking.state = _get_first_state(terms).value
    with translate_overlap_error():
        booking.save(force_insert=True)
    record_change(booking, actor, "booking.requested", now, details=_describe_claim(booking))
    if booking.state == BookingState.REQUESTED:
        notifications.notify_keepers(booking, notifications.REQUESTED, now, decide_by=booking.decide_by)
    else:
        notifications.notify_keepers(booking, notifications.BOOKED, now)
    return booking


@transaction.atomic
def booking_move(
    *, actor: "User", booking_id: int, interval: Interval, now: datetime, revision: int | None = None
) -> Booking:
    """Move or extend a booking that has not begun, with the same checks and a new quote.

    The rule in force at the new start applies. Where a keeper decides, an approved booking moved by its user
    becomes a request again. When a keeper moves it, it keeps its state and the user is notified.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.cancel", booking)
    require_revision(revision, booking.revision, BookingChanged)
    _require_not_begun(booking)
    together = get_companions(booking)
    get_move_terms(booking, interval, actor, now)
    for one in together:
        _move_booking(one, interval, actor, now)
    return _move_booking(booking, interval, actor, now)


def _move_booking(booking: Booking, interval: Interval, actor: "User", now: datetime) -> Booking:
    """Move one booking; the caller has checked admission."""
    terms = providers.terms_at(booking.instrument_id, interval.start)
    if terms is None:
        raise _build_refusal([])
    if is_new_decision_needed(actor, booking, terms):
        _reset_decision(booking)
        write_move(booking, interval, terms, actor=actor, now=now, action="booking.moved_for_decision")
        notifications.notify_keepers(
            booking, notifications.MOVED_FOR_DECISION, now, decide_by=booking.decide_by
        )
        return booking
    write_move(booking, interval, terms, actor=actor, now=now)
    if actor.pk == booking.user_id:
        notifications.notify_keepers(booking, notifications.MOVED, now)
    else:
        notifications.notify_user(booking, notifications.MOVED, now)
    return booking


@transaction.atomic
def booking_approve(
    *, actor: "User", booking_id: int, now: datetime, note: str = "", revision: int | None = None
) -> Booking:
    """Approve a request as a keeper. Raises DecisionOverdue from its deadline on."""
    booking = booking_lock(booking_id)
    require(actor, "bookings.decide", booking)
    require_revision(revision, booking.revision, BookingChanged)
    _set_decision(booking, actor, now, note)
    apply_transition(booking, "approve", "decided_at", "decided_by", "decision_note")
    record_change(booking, actor, "booking.approved", now)
    notifications.notify_user(booking, notifications.APPROVED, now)
    return booking


@transaction.atomic
def booking_reject(
    *, actor: "User", booking_id: int, reason: str, now: datetime, revision: int | None = None
) -> Booking:
    """Reject a request as a keeper, with a reason for the user. Raises DecisionOverdue, ReasonMissing."""
    booking = booking_lock(booking_id)
    require(actor, "bookings.decide", booking)
    require_revision(revision, booking.revision, BookingChanged)
    reason = require_reason(reason, code=REASON_MISSING)
    _set_decision(booking, actor, now, reason)
    cancel_companions(booking, actor=actor, reason=reason, now=now)
    booking.ended_at = now
    apply_transition(booking, "reject", "decided_at", "decided_by", "decision_note", "ended_at")
    record_change(booking, actor, "booking.rejected", now)
    notifications.notify_user(booking, notifications.REJECTED, now, reason=booking.decision_note)
    return booking


@transaction.atomic
def booking_cancel(
    *, actor: "User", booking_id: int, now: datetime, reason: str = "", revision: int | None = None
) -> Booking:
    """Cancel a booking.

    By the user after the deadline it is a late cancellation: it costs the rule's percentage for the part that
    nobody takes, and counts on the user's credit. By the unit it costs nothing, and needs a reason.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.cancel", booking)
    require_revision(revision, booking.revision, BookingChanged)
    by_user = actor.pk == booking.user_id
    if not by_user:
        require_reason(reason, code=REASON_MISSING)
    late = by_user and booking.state == BookingState.APPROVED and is_past_cancel_deadline(booking, now)
    cancel_companions(booking, actor=actor, reason=reason, now=now, by_user=by_user)
    write_cancellation(booking, actor=actor, reason=reason, is_late=late, now=now)
    if by_user:
        notifications.notify_keepers(booking, notifications.CANCELLED, now, reason=reason.strip() or "—")
    else:
        notifications.notify_user(booking, notifications.CANCELLED, now, reason=booking.decision_note)
    return booking


def cancel_companions(
    booking: Booking, *, actor: "User | None", reason: str, now: datetime, by_user: bool = False
) -> None:
    """Cancel the bookings made together with this one, without charge unless the user cancels late.

    It counts on the user's credit only once, with the booking itself.
    """
    for mate in get_companions(booking):
        late = by_user and mate.state == BookingState.APPROVED and is_past_cancel_deadline(mate, now)
        write_cancellation(mate, actor=actor, reason=reason, is_late=late, now=now, counts_on_credit=False)
        if by_user:
            notifications.notify_keepers(mate, notifications.CANCELLED, now, reason=reason.strip() or "—")
        else:
            notifications.notify_user(mate, notifications.CANCELLED, now, reason=reason.strip() or "—")


def write_cancellation(
    booking: Booking,
    *,
    actor: "User | None",
    reason: str,
    is_late: bool,
    now: datetime,
    counts_on_credit: bool = True,
) -> None:
    """Write a cancellation under the caller's lock and in its transaction.

    `counts_on_credit` says whether a late one counts on the user's credit.
    """
    booking.ended_at = now
    booking.late_cancel = is_late
    booking.decision_note = reason.strip()[:500]
    booking.charged_yuan = calculate_late_charge(booking) if is_late else None
    apply_transition(booking, "cancel", "ended_at", "late_cancel", "decision_note", "charged_yuan")
    if is_late and counts_on_credit:
        create_credit_event(booking, CreditKind.LATE_CANCEL, now)
    details = {"late": is_late, "charged_yuan": str(booking.charged_yuan)} if is_late else {}
    record_change(booking, actor, "booking.cancelled", now, details=details)


def create_credit_event(booking: Booking, kind: CreditKind, now: datetime) -> None:
    """Create a credit event for the booking's user."""
    CreditEvent.objects.create(
        user=booking.user,
        booking=booking,
        kind=kind.value,
        occurred_at=now,
        ends_at=now + credit.EVENT_LIFETIME,
    )


def get_move_terms(booking: Booking, interval: Interval, actor: "User", now: datetime) -> "Terms":
    """Return the terms for a move to the interval. Raises BookingRefused or SlotTaken."""
    problems = find_booking_problems(
        actor,
        booking.instrument,
        interval=interval,
        service_mode=ServiceMode(booking.service_mode),
        payer_organization=booking.payer_organization,
        subject=booking.subject,
        samples=booking.samples,
        now=now,
        moved_booking=booking,
    )
    terms = providers.terms_at(booking.instrument_id, interval.start)
    if problems or terms is None:
        raise _build_refusal(problems)
    return terms


def write_move(
    booking: Booking,
    interval: Interval,
    terms: "Terms",
    *,
    actor: "User",
    now: datetime,
    action: str = "booking.moved",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a move: new time and price. The caller has locked and checked."""
    before = Interval(booking.starts_at, booking.ends_at)
    _set_time_and_price(booking, interval, terms, now)
    booking.revision += 1
    with translate_overlap_error():
        booking.save(
            update_fields=[
                "rule",
                "state",
                "starts_at",
                "ends_at",
                "held_until",
                "quote",
                "quoted_yuan",
                "decide_by",
                "decided_at",
                "decided_by",
                "decision_note",
                "revision",
            ]
        )
    late_charges_refresh(booking.instrument_id, before, actor=actor, now=now)
    moves = {"from": before.to_text(), **_describe_claim(booking), **(details or {})}
    record_change(booking, actor, action, now, details=moves)


def _reset_decision(booking: Booking) -> None:
    """Make the booking an undecided request again."""
    booking.state = next_state(MOVES, booking.state, "move_for_decision")
    booking.decided_at, booking.decided_by, booking.decision_note = None, None, ""


def _set_time_and_price(booking: Booking, interval: Interval, terms: "Terms", now: datetime) -> None:
    quote = pricing.calculate_quote(
        terms,
        interval,
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        booking.samples,
    )
    booking.rule_id = terms.rule_id
    booking.starts_at, booking.ends_at = interval.start, interval.end
    booking.held_until = interval.end + terms.turnaround
    booking.quote, booking.quoted_yuan = quote.as_rows(), quote.total
    waits = booking.state in ("", BookingState.REQUESTED) and terms.decision == Decision.BY_KEEPER
    if waits:
        booking.decide_by = min(now + timedelta(hours=terms.decision_hours), interval.start)


def _get_first_state(terms: "Terms") -> BookingState:
    return BookingState.REQUESTED if terms.decision == Decision.BY_KEEPER else BookingState.APPROVED


def _build_refusal(problems: list[Any]) -> BookingRefused | SlotTaken:
    if [problem.code for problem in problems] == [SlotTaken.code]:
        return SlotTaken(problems=problems)
    return BookingRefused(problems=problems)


def _require_not_begun(booking: Booking) -> None:
    """Require a booking that can still be cancelled; only such bookings can be moved."""
    require_transition(MOVES, booking.state, "cancel")


def is_past_cancel_deadline(booking: Booking, now: datetime) -> bool:
    """Return whether a cancellation by the user at `now` would be late."""
    return is_late_cancel(providers.terms_of(booking.rule), booking.starts_at, now)


def _set_decision(booking: Booking, actor: "User", now: datetime, note: str) -> None:
    if booking.state == BookingState.REQUESTED and booking.decide_by and now >= booking.decide_by:
        raise DecisionOverdue(deadline=booking.decide_by)
    booking.decided_at, booking.decided_by = now, actor
    booking.decision_note = note.strip()[:500]


def record_change(
    booking: Booking, actor: "User | None", action: str, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Record a change in the journal; refresh the late charges and next free time that it affects."""
    journal.record(
        actor=actor,
        action=action,
        subject=booking,
        now=now,
        organization_id=booking.instrument.organization_id,
        details=details,
    )
    time = Interval(booking.starts_at, booking.ends_at)
    late_charges_refresh(booking.instrument_id, time, actor=actor, now=now)
    next_free_refresh([booking.instrument_id], now)


def _describe_claim(booking: Booking) -> dict[str, str]:
    return {
        "to": Interval(booking.starts_at, booking.ends_at).to_text(),
        "quoted_yuan": f"{booking.quoted_yuan:.2f}",
        "state": booking.state,
    }
