"""Requests and their moves: lock → check → write → journal."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.projects.selectors import find_project_of, project_lock
from bookings.requests.domain import pricing
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.decision import get_decision_deadline, is_decided_too_late, is_too_near_to_wait
from bookings.requests.domain.errors import (
    BookingRefused,
    ConditionsChanged,
    DecisionOverdue,
    SlotTaken,
)
from bookings.requests.domain.states import MOVES, BookingState, require_cancellable
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.selectors.admission import (
    find_problems_at,
    find_problems_in,
    is_new_decision_needed,
)
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.costs import get_conditions, get_move_conditions
from bookings.requests.selectors.holds import booking_projects_lock
from bookings.requests.selectors.request_facts import (
    KEEPER,
    MEMBER,
    RequestFacts,
    get_payer,
    read_request_facts,
)
from bookings.requests.services import notifications
from bookings.requests.services.held_time import (
    apply_transition,
    booking_lock_for,
    late_charges_refresh,
    pass_on_freed_time,
    record_booked,
    record_change,
    tell_rivals,
    translate_overlap_error,
)
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.states import next_state
from providers import public as providers
from providers.domain import Decision, ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import User
    from providers.domain import Terms
    from providers.models import Instrument

DECISION_FIELDS = ("decided_at", "decided_by", "decision_note")


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
    organization_project_id: int | None = None,
    direction: str = Direction.RESEARCH.value,
    samples: int = 0,
    group: BookingGroup | None = None,
    part: int = 1,
    shown: str | None = None,
) -> Booking:
    """Book an instrument for an interval, paid by oneself or an organization.

    Instruments that it can't be booked without are booked with it, in one group: all or none. A booking is
    approved at once or waits for a keeper, as the rule says; either way it holds its time. Raises
    BookingRefused with every problem, or SlotTaken where that is the only one. A project of the organization
    that pays is named by its id, and else in words. A series or a basket names its `group`, and which `part`
    of it this request is. `shown` are the conditions that a form has shown (`Conditions.to_text`); raises
    ConditionsChanged with what is different by now.
    """
    require(actor, "bookings.book")
    payer = get_payer(actor, payer_organization_id)
    if payer_organization_id is not None:
        accounts.memberships_lock(actor, payer_organization_id)
    named = None if organization_project_id is None else require_project(actor, organization_project_id)
    instruments_by_id = {
        locked.pk: locked
        for locked in providers.instrument_locks([instrument_id, *providers.linked_ids(instrument_id)])
    }
    require_found(instruments_by_id.get(instrument_id))
    facts = read_request_facts(
        actor, instruments_by_id, interval=interval, payer_id=payer_organization_id, now=now
    )
    if payer is not None and not facts[instrument_id].parts.keys(MEMBER, None):
        # Suspended meanwhile, or never the actor's: whether they see it is asked again.
        payer = get_payer(actor, payer_organization_id)
    in_order = [instrument_id, *(pk for pk in instruments_by_id if pk != instrument_id)]
    problems = find_problems_in(
        actor,
        actor,
        facts,
        dict.fromkeys(in_order),
        interval=interval,
        service_mode=service_mode,
        payer_organization=payer,
        subject=subject,
        samples=samples,
        project=named,
        now=now,
    )
    if problems:
        raise build_refusal(problems)
    asked = {
        "group": group or BookingGroup.objects.create(user=actor, created_at=now),
        "part": part,
        "user": actor,
        "payer_organization": payer,
        "payer_person": None if payer else actor,
        "service_mode": service_mode.value,
        "subject": subject.strip(),
        "project": str(named or project.strip()),
        "organization_project": named,
        "direction": Direction(direction).value,
        "samples": samples,
        "requested_at": now,
    }
    booked = [create_booking(instruments_by_id[pk], facts[pk], interval, asked, now) for pk in in_order]
    if shown is not None:
        _require_shown(shown, get_conditions(_get_agreed_prices(booked), interval, now))
    return booked[0]


def _get_agreed_prices(together: list[Booking]) -> dict[int, Decimal]:
    return {one.instrument_id: one.quoted_yuan for one in together}


def _require_shown(shown: str, conditions: pricing.Conditions) -> None:
    if changes := conditions.find_changes(shown):
        raise ConditionsChanged(problems=changes)


def require_project(actor: "User", project_id: int) -> "Project":
    """Lock a project that the actor names in a booking, before the instruments. Raises NotFound."""
    find_project_of(actor, project_id)
    return project_lock(project_id)


def create_booking(
    instrument: "Instrument",
    facts: RequestFacts,
    interval: Interval,
    asked: dict[str, Any],
    now: datetime,
    *,
    is_offer: bool = False,
) -> Booking:
    """Create one booking of a group; the caller has checked admission, so there are terms.

    An offer to somebody on the waiting list holds the time too; keepers are told once it is accepted.
    """
    terms, actor = facts.terms, asked["user"]
    if terms is None:
        raise build_refusal([])
    user_kind = providers.user_kind(actor, asked["payer_organization"], instrument)
    state = BookingState.REQUESTED if terms.decision == Decision.BY_KEEPER else BookingState.APPROVED
    if is_offer:
        state = BookingState.OFFERED
    booking = Booking(instrument=instrument, user_kind=user_kind.value, state=state.value, **asked)
    _set_time_and_price(booking, interval, terms, now)
    with translate_overlap_error(savepoint=False):
        booking.save(force_insert=True)
    record_booked(booking, facts, now, details=_describe_claim(booking))
    if not is_offer:
        notifications.notify_of_claim(facts.keys(KEEPER), booking, now)
    return booking


@transaction.atomic
def booking_move(
    *,
    actor: "User",
    booking_id: int,
    interval: Interval,
    now: datetime,
    revision: int | None = None,
    shown: str | None = None,
) -> Booking:
    """Move or extend a booking that has not begun, with the same checks and a new quote.

    The rule in force at the new start applies. Where a keeper decides, an approved booking moved by its user
    becomes a request again; where none does, a request is approved. When a keeper moves a booking, it keeps
    its state, and the user is asked to agree; a request that the keeper moves to within two hours is approved
    by it, and one whose deadline has passed lapses instead (DecisionOverdue). `shown` are the conditions of
    the new time that a form has shown; raises ConditionsChanged with what is different by now.
    """
    booking = move_without_passing_on(actor, booking_id, interval, now, revision=revision, shown=shown)
    pass_on_freed_time(booking, now)
    return booking


@transaction.atomic
def move_without_passing_on(
    actor: "User",
    booking_id: int,
    interval: Interval,
    now: datetime,
    *,
    revision: int | None = None,
    shown: str | None = None,
) -> Booking:
    """Move a booking as `booking_move` does; the caller offers the freed time to those who wait.

    So bookings that move together can have each other's former times.
    """
    booking_projects_lock(booking_id)
    booking = booking_lock_for(actor, booking_id, permission="bookings.cancel", revision=revision)
    require_cancellable(booking.state, "move")
    companions = get_companions(booking)
    if actor.pk != booking.user_id:
        for one in (booking, *companions):
            require_not_overdue(one, now)
    require_admitted_move(booking, interval, actor, now)
    for one in (*companions, booking):
        _move_booking(one, interval, actor, now)
    if shown is not None:
        prices = _get_agreed_prices([booking, *companions])
        _require_shown(shown, get_move_conditions(actor, [(booking, prices, interval)], now)[0])
    if actor.pk != booking.user_id:
        for one in companions:
            notifications.notify_other_keepers(one, notifications.MOVED, now, actor)
    return booking


def _move_booking(booking: Booking, interval: Interval, actor: "User", now: datetime) -> Booking:
    """Move one booking; the caller has checked admission."""
    terms = get_terms(booking.instrument_id, interval.start)
    by_user = actor.pk == booking.user_id
    booking.moved_by_unit_at = None if by_user or booking.planned_by_unit else now
    if is_new_decision_needed(actor, booking, terms):
        booking.state = next_state(MOVES, booking.state, "move_for_decision")
        booking.decided_at, booking.decided_by, booking.decision_note = None, None, ""
        write_move(booking, interval, terms, actor=actor, now=now, action="booking.moved_for_decision")
        notifications.notify_keepers(
            booking, notifications.MOVED_FOR_DECISION, now, decide_by=booking.decide_by
        )
        notifications.notify_of_own_act(booking, booking.user, notifications.MOVED_BY_YOU_FOR_DECISION, now)
        return booking
    if by_user:
        is_approved = booking.state == BookingState.REQUESTED and terms.decision == Decision.AT_ONCE
        if is_approved:
            booking.state, booking.decide_by = next_state(MOVES, booking.state, "approve"), None
        write_move(booking, interval, terms, actor=actor, now=now)
        if booking.state == BookingState.APPROVED:
            notifications.notify_of_own_act(booking, actor, notifications.MOVED_BY_YOU, now)
        if is_approved:
            tell_rivals(booking, now)
    else:
        write_move_by_unit(booking, interval, terms, actor=actor, now=now)
    is_answered = not by_user and not booking.planned_by_unit
    message = notifications.MOVED_BY_UNIT if is_answered else notifications.MOVED
    notifications.notify_other_side(booking, message, now, by_user=by_user)
    return booking


def require_admitted_move(
    booking: Booking, interval: Interval, actor: "User", now: datetime, *, by_unit: bool = False
) -> None:
    """Raise BookingRefused or SlotTaken unless the booking may be moved to the interval.

    No deadline binds a decision `by_unit`, also where the booking is the actor's own.
    """
    if problems := find_problems_at(actor, booking, interval, now, by_unit=by_unit):
        raise build_refusal(problems)


def require_not_overdue(booking: Booking, now: datetime) -> None:
    """Raise DecisionOverdue for a request whose deadline has passed: the unit lets it lapse."""
    if booking.state == BookingState.REQUESTED and is_decided_too_late(booking.decide_by, now):
        raise DecisionOverdue(deadline=booking.decide_by)


def get_terms(instrument_id: int, starts_at: datetime) -> "Terms":
    """Return the terms of a booking with this start. Raises BookingRefused where there are none."""
    terms = providers.terms_at(instrument_id, starts_at)
    if terms is None:
        raise build_refusal([])
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
                "moved_by_unit_at",
                "revision",
                *DECISION_FIELDS,
            ]
        )
    late_charges_refresh(booking.instrument_id, before, actor=actor, now=now)
    moves = {"from": before.to_text(), **_describe_claim(booking), **(details or {})}
    record_change(booking, actor, action, now, details=moves)


def write_move_by_unit(
    booking: Booking,
    interval: Interval,
    terms: "Terms",
    *,
    actor: "User",
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a move that the unit makes; near to its start, or where the rule decides at once, it approves.

    The unit has chosen that time, and a deadline for deciding on it again would be over at once.
    """
    is_approved = booking.state == BookingState.REQUESTED and (
        terms.decision == Decision.AT_ONCE or is_too_near_to_wait(now, interval.start)
    )
    if is_approved:
        booking.decided_at, booking.decided_by, booking.decision_note = now, actor, ""
        apply_transition(booking, "approve", *DECISION_FIELDS, actor=actor, now=now)
    write_move(booking, interval, terms, actor=actor, now=now, details=details)
    if is_approved:
        tell_rivals(booking, now)


def _set_time_and_price(booking: Booking, interval: Interval, terms: "Terms", now: datetime) -> None:
    """Set time, rule and price; a price that was agreed before stays."""
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
    if not booking.planned_by_unit:
        booking.quote, booking.quoted_yuan = quote.as_rows(), quote.total
    if booking.state == BookingState.REQUESTED and terms.decision == Decision.BY_KEEPER:
        booking.decide_by = get_decision_deadline(now, interval.start, terms.decision_hours)


def build_refusal(problems: list[Any]) -> BookingRefused | SlotTaken:
    if {problem.code for problem in problems} == {SlotTaken.code}:
        return SlotTaken(problems=problems)
    return BookingRefused(problems=problems)


def _describe_claim(booking: Booking) -> dict[str, str]:
    return {
        "to": Interval(booking.starts_at, booking.ends_at).to_text(),
        "quoted_yuan": f"{booking.quoted_yuan:.2f}",
        "state": booking.state,
    }
