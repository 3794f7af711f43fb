"""Settle bookings affected by a decision about their instrument or user."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from bookings.requests.domain.states import NOT_BEGUN_STATES
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services import notifications
from bookings.requests.services.bookings import (
    cancel_companions,
    get_move_terms,
    write_cancellation,
    write_move,
)
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import public as providers

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


def affected_bookings_lock(condition: Q) -> list[Booking]:
    """Lock and return bookings that have not begun and meet the condition.

    The caller takes `instrument_group_lock` first.
    """
    return list(
        Booking.objects.select_for_update(of=("self",))
        .filter(condition, state__in=NOT_BEGUN_STATES)
        .select_related("instrument", "rule", "user", "payer_organization", "payer_person")
        .order_by("starts_at", "pk")
    )


def require_outcomes(
    bookings: Sequence[Booking],
    outcomes: Mapping[str, Outcome],
    choices: Collection[str],
    *,
    error_class: type[DomainError],
    code: str,
) -> None:
    """Raise `error_class` with a problem for each booking that has no possible outcome."""
    problems = [
        Problem(
            code,
            MISSING_OUTCOME_MESSAGES[frozenset(choices)],
            {"booking": booking.public_id, "starts_at": booking.starts_at},
            booking.public_id,
        )
        for booking in bookings
        if _get_choice(outcomes.get(booking.public_id)) not in choices
    ]
    if problems:
        raise error_class(problems=problems)


def _get_choice(outcome: Outcome | None) -> str | None:
    return "move" if isinstance(outcome, Interval) else outcome


def apply_outcome(
    booking: Booking, outcome: Outcome, *, actor: "User", reason: str, decision: str, now: datetime
) -> None:
    """Apply the outcome and notify the user. `decision` names the decision in the journal."""
    if outcome == "cancel":
        cancel_companions(booking, actor=actor, reason=reason, now=now)
        write_cancellation(booking, actor=actor, reason=reason, is_late=False, now=now)
        notifications.notify_user(booking, notifications.CANCELLED, now, reason=reason)
    elif outcome == "keep":
        journal.record(
            actor=actor,
            action="booking.kept",
            subject=booking,
            now=now,
            organization_id=booking.instrument.organization_id,
            details={decision: True, "reason": reason},
        )
        notifications.notify_user(booking, notifications.KEPT, now, reason=reason)
    else:
        together = get_companions(booking)
        terms = {booking.pk: get_move_terms(booking, outcome, actor, now)}
        for one in (*together, booking):
            of_one = terms.get(one.pk) or providers.terms_at(one.instrument_id, outcome.start)
            assert of_one is not None, "admission has asked for the linked instruments' terms"
            write_move(one, outcome, of_one, actor=actor, now=now, details={decision: True})
        notifications.notify_user(booking, notifications.MOVED, now)
