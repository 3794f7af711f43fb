"""Settle bookings affected by a decision about their instrument or user."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from bookings.requests.domain.states import NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services import notifications
from bookings.requests.services.bookings import (
    get_terms,
    require_admitted_move,
    require_not_overdue,
    write_move_by_unit,
)
from bookings.requests.services.cancellations import cancel_companions, get_note, write_cancellation
from bookings.requests.services.held_time import let_offer_go
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Outcome = Interval | Literal["cancel", "keep"]
"""What becomes of a booking: moved to another time, cancelled without charge, or it takes place as booked."""

MISSING_OUTCOME_MESSAGES = {
    frozenset({"cancel", "move"}): gettext_noop("{booking} from {starts_at}: move it or cancel it."),
    frozenset({"cancel", "move", "keep"}): gettext_noop(
        "{booking} from {starts_at}: keep it, move it or cancel it."
    ),
    frozenset({"cancel", "keep"}): gettext_noop("{booking} from {starts_at}: keep it or cancel it."),
    frozenset({"cancel"}): gettext_noop("{booking} from {starts_at}: it has to be cancelled."),
}


def affected_bookings_lock(
    condition: Q,
    outcomes: Mapping[str, Outcome] | None,
    choices: Collection[str],
    *,
    error_class: type[DomainError],
    code: str,
) -> list[tuple[Booking, Outcome]]:
    """Lock the bookings that have not begun and meet the condition; return each with its outcome.

    `outcomes` are by public id; an offer to somebody who waits is always withdrawn. Raises `error_class` with
    a problem (`code`) for each booking that has none of the possible outcomes. The caller takes
    `instrument_group_lock` first.
    """
    bookings = list(
        Booking.objects.select_for_update(of=("self",))
        .filter(condition, state__in=NOT_BEGUN_STATES)
        .select_related(
            "instrument", "rule", "user", "payer_organization", "payer_person", "organization_project"
        )
        .order_by("starts_at", "pk")
    )
    given = dict(outcomes or {})
    given |= {one.public_id: "cancel" for one in bookings if one.state == BookingState.OFFERED}
    problems = [
        Problem(
            code,
            MISSING_OUTCOME_MESSAGES[frozenset(choices)],
            {"booking": booking.public_id, "starts_at": booking.starts_at},
            subject=booking.public_id,
        )
        for booking in bookings
        if _get_choice(given.get(booking.public_id)) not in choices
    ]
    if problems:
        raise error_class(problems=problems)
    return [(booking, given[booking.public_id]) for booking in bookings]


def _get_choice(outcome: Outcome | None) -> str | None:
    return "move" if isinstance(outcome, Interval) else outcome


def apply_outcomes(
    affected: Iterable[tuple[Booking, Outcome]],
    *,
    actor: "User",
    reason: str | Bilingual,
    decision: str,
    now: datetime,
    kept_message: str = notifications.KEPT,
) -> None:
    """Apply each booking's outcome and notify its user.

    `reason` may have words in both languages; what is stored has the Chinese ones. `decision` names the
    decision in the journal, with the reason; `kept_message` is what the user of a kept booking reads.
    """
    for booking, outcome in affected:
        if outcome == "keep":
            _keep(booking, actor, reason, decision, now)
            notifications.notify_user(booking, kept_message, now, reason=reason)
        else:
            _apply_outcome(booking, outcome, actor, reason, decision, now)


def affected_offers_withdraw(
    affected: Iterable[tuple[Booking, Outcome]], *, actor: "User", reason: str, now: datetime
) -> tuple[list[tuple[Booking, Outcome]], list[Booking]]:
    """Withdraw the offers among affected bookings, with what was offered beside each.

    Return the others, and what was withdrawn. Nobody is told: who calls it announces to everybody who waits
    why nothing is offered (`announce_leaving`).
    """
    others, withdrawn = [], []
    for booking, outcome in affected:
        if booking.state != BookingState.OFFERED:
            others.append((booking, outcome))
            continue
        for one in (*get_companions(booking), booking):
            note, details = get_note(reason), {"suspension": True}
            let_offer_go(one, "lapse", actor=actor, reason=note, now=now, details=details)
            withdrawn.append(one)
    return others, withdrawn


def _keep(booking: Booking, actor: "User", reason: str | Bilingual, decision: str, now: datetime) -> None:
    journal.record(
        actor=actor,
        action="booking.kept",
        subject=booking,
        now=now,
        organization_id=booking.instrument.organization_id,
        details={decision: True, "reason": get_note(reason)},
    )


def _apply_outcome(
    booking: Booking,
    outcome: Interval | Literal["cancel"],
    actor: "User",
    reason: str | Bilingual,
    decision: str,
    now: datetime,
) -> None:
    if outcome == "cancel":
        for cancel in (cancel_companions, write_cancellation):
            cancel(booking, actor=actor, reason=reason, now=now, details={decision: True})
    else:
        is_answered = not booking.planned_by_unit and actor.pk != booking.user_id
        note = get_note(reason)
        details = {decision: True, **({"reason": note} if note else {})}
        with _naming(booking):
            companions = get_companions(booking)
            for one in (booking, *companions):
                require_not_overdue(one, now)
            require_admitted_move(booking, outcome, actor, now, by_unit=True)
            for moved in (*companions, booking):
                terms = get_terms(moved.instrument_id, outcome.start)
                moved.moved_by_unit_at = now if is_answered else None
                write_move_by_unit(moved, outcome, terms, actor=actor, now=now, details=details)
        for moved in companions:
            notifications.notify_other_keepers(moved, notifications.MOVED, now, actor)
        to_answer = notifications.MOVED_FOR_REASON if reason else notifications.MOVED_BY_UNIT
        message = to_answer if is_answered else notifications.MOVED
        notifications.notify_user(booking, message, now, reason=reason)


@contextmanager
def _naming(booking: Booking) -> Iterator[None]:
    """Let a refusal say which of the bookings it concerns."""
    try:
        yield
    except DomainError as refusal:
        problems = refusal.problems or (Problem(refusal.code, refusal.message, refusal.params),)
        refusal.problems = tuple(replace(one, subject=booking.public_id) for one in problems)
        raise
