"""Requests and what becomes of them: lock → check → write → journal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.requests.domain import credit, pricing
from bookings.requests.domain.cancellation import is_late
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
from bookings.requests.selectors.admission import asks_again, booking_problems
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.selectors.together import mates
from bookings.requests.services import _messages as messages
from bookings.requests.services._facts import payer_of
from bookings.requests.services._holding import advance, late_charge, late_charges_refresh, overlap_refused
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
    """Claim an instrument for an interval, on one's own account or an organization's.

    With it, in one group and for the same time, come those that it can't be booked without: all, or none.

    Approved at once or waiting for a keeper, as the rule says; either way it holds its time. Raises
    BookingRefused with every problem, or SlotTaken where the time being taken is the only one.
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
    payer = payer_of(actor, payer_organization_id)
    problems = booking_problems(
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
        raise _refusal(problems)
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
    booking = _made(instrument, interval, asked, now)
    for companion in companions:
        _made(companion, interval, asked, now)
    return booking


def _made(instrument: "Instrument", interval: Interval, asked: dict[str, Any], now: datetime) -> Booking:
    """One booking of a group, which has been admitted."""
    terms = providers.terms_at(instrument.pk, now)
    if terms is None:
        raise _refusal([])
    actor = asked["user"]
    user_kind = providers.user_kind(actor, asked["payer_organization"], instrument)
    booking = Booking(instrument=instrument, user_kind=user_kind.value, **asked)
    _claim(booking, interval, terms, now)
    booking.state = _first_state(terms).value
    with overlap_refused():
        booking.save(force_insert=True)
    record_change(booking, actor, "booking.requested", now, details=_claimed(booking))
    if booking.state == BookingState.REQUESTED:
        messages.tell_keepers(booking, messages.REQUESTED, now, decide_by=booking.decide_by)
    else:
        messages.tell_keepers(booking, messages.BOOKED, now)
    return booking


@transaction.atomic
def booking_move(
    *, actor: "User", booking_id: int, interval: Interval, now: datetime, revision: int | None = None
) -> Booking:
    """Move or extend a booking under the rule in force now, with the same checks and a new quote.

    Only what has not begun moves. Where a keeper decides, the user's move of an approved booking is a request
    again. A keeper may move it too, and then it keeps its state; the user is told.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.cancel", booking)
    require_revision(revision, booking.revision, BookingChanged)
    _require_not_begun(booking)
    together = mates(booking)
    terms_of_move(booking, interval, actor, now)
    for one in together:
        _move(one, interval, actor, now)
    return _move(booking, interval, actor, now)


def _move(booking: Booking, interval: Interval, actor: "User", now: datetime) -> Booking:
    """The move of one booking, which has been admitted."""
    terms = providers.terms_at(booking.instrument_id, now)
    if terms is None:
        raise _refusal([])
    if asks_again(actor, booking, terms):
        _undecide(booking)
        place(booking, interval, terms, actor=actor, now=now, action="booking.moved_for_decision")
        messages.tell_keepers(booking, messages.MOVED_FOR_DECISION, now, decide_by=booking.decide_by)
        return booking
    place(booking, interval, terms, actor=actor, now=now)
    if actor.pk == booking.user_id:
        messages.tell_keepers(booking, messages.MOVED, now)
    else:
        messages.tell_user(booking, messages.MOVED, now)
    return booking


@transaction.atomic
def booking_approve(
    *, actor: "User", booking_id: int, now: datetime, note: str = "", revision: int | None = None
) -> Booking:
    """A keeper grants a request in time; at its deadline it lapses (DecisionOverdue)."""
    booking = booking_lock(booking_id)
    require(actor, "bookings.decide", booking)
    require_revision(revision, booking.revision, BookingChanged)
    _decided(booking, actor, now, note)
    advance(booking, "approve", "decided_at", "decided_by", "decision_note")
    record_change(booking, actor, "booking.approved", now)
    messages.tell_user(booking, messages.APPROVED, now)
    return booking


@transaction.atomic
def booking_reject(
    *, actor: "User", booking_id: int, reason: str, now: datetime, revision: int | None = None
) -> Booking:
    """A keeper declines a request with a reason, which the user reads."""
    booking = booking_lock(booking_id)
    require(actor, "bookings.decide", booking)
    require_revision(revision, booking.revision, BookingChanged)
    reason = require_reason(reason, code=REASON_MISSING)
    _decided(booking, actor, now, reason)
    cancel_mates(booking, actor=actor, reason=reason, now=now)
    booking.ended_at = now
    advance(booking, "reject", "decided_at", "decided_by", "decision_note", "ended_at")
    record_change(booking, actor, "booking.rejected", now)
    messages.tell_user(booking, messages.REJECTED, now, reason=booking.decision_note)
    return booking


@transaction.atomic
def booking_cancel(
    *, actor: "User", booking_id: int, now: datetime, reason: str = "", revision: int | None = None
) -> Booking:
    """Give the time back.

    By the user after the deadline it is a late cancel: it costs the rule's percentage for the part that
    nobody takes, and counts on the user's credit. Cancelled by the unit, which gives a reason, it costs
    nothing.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.cancel", booking)
    require_revision(revision, booking.revision, BookingChanged)
    by_user = actor.pk == booking.user_id
    if not by_user:
        require_reason(reason, code=REASON_MISSING)
    late = by_user and booking.state == BookingState.APPROVED and is_late_now(booking, now)
    cancel_mates(booking, actor=actor, reason=reason, now=now, by_user=by_user)
    cancel(booking, actor=actor, reason=reason, late=late, now=now)
    if by_user:
        messages.tell_keepers(booking, messages.CANCELLED, now, reason=reason.strip() or "—")
    else:
        messages.tell_user(booking, messages.CANCELLED, now, reason=booking.decision_note)
    return booking


def cancel_mates(
    booking: Booking, *, actor: "User | None", reason: str, now: datetime, by_user: bool = False
) -> None:
    """What was booked together ends together, without charge unless its user cancels it late.

    It counts on the user's credit once, with the booking itself.
    """
    for mate in mates(booking):
        late = by_user and mate.state == BookingState.APPROVED and is_late_now(mate, now)
        cancel(mate, actor=actor, reason=reason, late=late, now=now, counts=False)
        if by_user:
            messages.tell_keepers(mate, messages.CANCELLED, now, reason=reason.strip() or "—")
        else:
            messages.tell_user(mate, messages.CANCELLED, now, reason=reason.strip() or "—")


def cancel(
    booking: Booking, *, actor: "User | None", reason: str, late: bool, now: datetime, counts: bool = True
) -> None:
    """The writing part of a cancel, under the caller's lock and in its transaction; `counts` says whether a
    late one counts on the user's credit.
    """
    booking.ended_at = now
    booking.late_cancel = late
    booking.decision_note = reason.strip()[:500]
    booking.charged_yuan = late_charge(booking) if late else None
    advance(booking, "cancel", "ended_at", "late_cancel", "decision_note", "charged_yuan")
    if late and counts:
        credit_event(booking, CreditKind.LATE_CANCEL, now)
    details = {"late": late, "charged_yuan": str(booking.charged_yuan)} if late else {}
    record_change(booking, actor, "booking.cancelled", now, details=details)


def credit_event(booking: Booking, kind: CreditKind, now: datetime) -> None:
    CreditEvent.objects.create(
        user=booking.user,
        booking=booking,
        kind=kind.value,
        occurred_at=now,
        ends_at=now + credit.LASTS,
    )


def terms_of_move(booking: Booking, interval: Interval, actor: "User", now: datetime) -> "Terms":
    """The terms under which a booking may go to another interval; raises what stands against it."""
    problems = booking_problems(
        actor,
        booking.instrument,
        interval=interval,
        service_mode=ServiceMode(booking.service_mode),
        payer_organization=booking.payer_organization,
        subject=booking.subject,
        samples=booking.samples,
        now=now,
        moving=booking,
    )
    terms = providers.terms_at(booking.instrument_id, now)
    if problems or terms is None:
        raise _refusal(problems)
    return terms


def place(
    booking: Booking,
    interval: Interval,
    terms: "Terms",
    *,
    actor: "User",
    now: datetime,
    action: str = "booking.moved",
    details: Mapping[str, Any] | None = None,
) -> None:
    """The writing part of a move: new time and price. The caller has checked, and locks."""
    before = Interval(booking.starts_at, booking.ends_at)
    _claim(booking, interval, terms, now)
    booking.revision += 1
    with overlap_refused():
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
    moves = {"from": before.written(), **_claimed(booking), **(details or {})}
    record_change(booking, actor, action, now, details=moves)


def _undecide(booking: Booking) -> None:
    """A request again, on which nobody has decided."""
    booking.state = next_state(MOVES, booking.state, "move_for_decision")
    booking.decided_at, booking.decided_by, booking.decision_note = None, None, ""


def _claim(booking: Booking, interval: Interval, terms: "Terms", now: datetime) -> None:
    quote = pricing.quote(
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


def _first_state(terms: "Terms") -> BookingState:
    return BookingState.REQUESTED if terms.decision == Decision.BY_KEEPER else BookingState.APPROVED


def _refusal(problems: list[Any]) -> BookingRefused | SlotTaken:
    if [problem.code for problem in problems] == [SlotTaken.code]:
        return SlotTaken(problems=problems)
    return BookingRefused(problems=problems)


def _require_not_begun(booking: Booking) -> None:
    """What may still be cancelled may move, whatever becomes of its state."""
    require_transition(MOVES, booking.state, "cancel")


def is_late_now(booking: Booking, now: datetime) -> bool:
    """Whether a cancel by the booking's user would come after its rule's deadline."""
    return is_late(providers.terms_of(booking.rule), booking.starts_at, now)


def _decided(booking: Booking, actor: "User", now: datetime, note: str) -> None:
    if booking.state == BookingState.REQUESTED and booking.decide_by and now >= booking.decide_by:
        raise DecisionOverdue(deadline=booking.decide_by)
    booking.decided_at, booking.decided_by = now, actor
    booking.decision_note = note.strip()[:500]


def record_change(
    booking: Booking, actor: "User | None", action: str, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Record a change in the journal, and refresh the late charges and the next free time that it touches."""
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


def _claimed(booking: Booking) -> dict[str, str]:
    return {
        "to": Interval(booking.starts_at, booking.ends_at).written(),
        "quoted_yuan": f"{booking.quoted_yuan:.2f}",
        "state": booking.state,
    }
