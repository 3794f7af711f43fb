"""What becomes of bookings that a decision about their instrument or their user hits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from bookings.requests.domain.states import NOT_BEGUN
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import mates
from bookings.requests.services import notifications
from bookings.requests.services.bookings import cancel, cancel_mates, place, terms_of_move
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Outcome = Interval | Literal["cancel", "keep"]
"""What becomes of a booking: moved to another time, cancelled without charge, or it takes place as booked."""

WAYS = {
    frozenset({"cancel", "move"}): gettext_noop("{booking} from {starts_at}: move it or cancel it."),
    frozenset({"cancel", "move", "keep"}): gettext_noop(
        "{booking} from {starts_at}: keep it, move it or cancel it."
    ),
    frozenset({"cancel", "keep"}): gettext_noop("{booking} from {starts_at}: keep it or cancel it."),
    frozenset({"cancel"}): gettext_noop("{booking} from {starts_at}: it has to be cancelled."),
}


def hit_lock(condition: Q) -> list[Booking]:
    """The bookings that have not begun and meet the condition, locked; before it the caller takes
    `selectors.settling_lock`."""
    return list(
        Booking.objects.select_for_update(of=("self",))
        .filter(condition, state__in=NOT_BEGUN)
        .select_related("instrument", "rule", "user", "payer_organization", "payer_person")
        .order_by("starts_at", "pk")
    )


def require_outcomes(
    hit: Sequence[Booking],
    said: Mapping[str, Outcome],
    ways: Collection[str],
    *,
    refusal: type[DomainError],
    code: str,
) -> None:
    """Raises `refusal` with a problem for each booking of which nothing possible is said."""
    problems = [
        Problem(
            code,
            WAYS[frozenset(ways)],
            {"booking": booking.public_id, "starts_at": booking.starts_at},
            booking.public_id,
        )
        for booking in hit
        if _way(said.get(booking.public_id)) not in ways
    ]
    if problems:
        raise refusal(problems=problems)


def _way(outcome: Outcome | None) -> str | None:
    return "move" if isinstance(outcome, Interval) else outcome


def carry_out(
    booking: Booking, outcome: Outcome, *, actor: "User", reason: str, because: str, now: datetime
) -> None:
    """Do what was said and tell the user at once. `because` names the decision in the journal."""
    if outcome == "cancel":
        cancel_mates(booking, actor=actor, reason=reason, now=now)
        cancel(booking, actor=actor, reason=reason, late=False, now=now)
        notifications.tell_user(booking, notifications.CANCELLED, now, reason=reason)
    elif outcome == "keep":
        journal.record(
            actor=actor,
            action="booking.kept",
            subject=booking,
            now=now,
            organization_id=booking.instrument.organization_id,
            details={because: True, "reason": reason},
        )
        notifications.tell_user(booking, notifications.KEPT, now, reason=reason)
    else:
        together = mates(booking)
        terms = {booking.pk: terms_of_move(booking, outcome, actor, now)}
        for one in (*together, booking):
            of_one = terms.get(one.pk) or providers.terms_at(one.instrument_id, now)
            assert of_one is not None, "admission has asked for the linked instruments' terms"
            place(one, outcome, of_one, actor=actor, now=now, details={because: True})
        notifications.tell_user(booking, notifications.MOVED, now)
