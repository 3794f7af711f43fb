"""Taking an instrument out of use, and what becomes of the bookings in that time."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db import transaction

from bookings.domain.errors import ClosureHitsBookings
from bookings.domain.states import BookingState
from bookings.models import Booking
from bookings.services import _messages as messages
from bookings.services.booking import cancel, place, terms_of_move
from bookings.services.next_free import next_free_refresh
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import selectors as providers
from providers import services as provider_services

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Closure

Outcome = Interval | Literal["cancel"]
"""What becomes of a booking: moved to another time, or cancelled without charge."""


@transaction.atomic
def closure_place(
    *,
    actor: "User",
    instrument_id: int,
    interval: Interval,
    reason_zh: str,
    now: datetime,
    reason_en: str = "",
    outcomes: Mapping[str, Outcome] | None = None,
) -> "Closure":
    """Close an instrument for an interval, with a reason that users see.

    `outcomes` say by public id what becomes of each booking in that time. Raises ClosureHitsBookings with the
    bookings for which it is not said. The users are told at once.
    """
    instrument = providers.instrument_lock(instrument_id)
    require(actor, "providers.close_instrument", instrument)
    said = outcomes or {}
    hit = list(
        Booking.objects.select_for_update(of=("self",))
        .filter(
            instrument_id=instrument_id,
            state__in=[BookingState.OFFERED, BookingState.REQUESTED, BookingState.APPROVED],
            starts_at__lt=interval.end,
            ends_at__gt=interval.start,
        )
        .select_related("instrument", "rule", "user", "payer_organization", "payer_person")
        .order_by("starts_at")
    )
    _require_outcomes(hit, said)
    closure = provider_services.closure_record(
        actor=actor,
        instrument_id=instrument_id,
        interval=interval,
        reason_zh=reason_zh,
        reason_en=reason_en,
        now=now,
    )
    for booking in hit:
        _carry_out(booking, said[booking.public_id], actor, reason_zh, now)
    next_free_refresh([instrument_id], now)
    return closure


def _require_outcomes(hit: list[Booking], said: Mapping[str, Outcome]) -> None:
    problems = [
        Problem(
            "closure.booking_without_outcome",
            gettext_noop("{booking} from {starts_at}: move it or cancel it."),
            {"booking": booking.public_id, "starts_at": booking.starts_at},
            booking.public_id,
        )
        for booking in hit
        if booking.public_id not in said
    ]
    if problems:
        raise ClosureHitsBookings(problems=problems)


def _carry_out(booking: Booking, outcome: Outcome, actor: "User", reason: str, now: datetime) -> None:
    if outcome == "cancel":
        cancel(booking, actor=actor, reason=reason, late=False, now=now)
        messages.tell_user(booking, messages.CANCELLED, now, reason=reason)
        return
    terms = terms_of_move(booking, outcome, actor, now)
    place(booking, outcome, terms, actor=actor, now=now, details={"closure": True})
    messages.tell_user(booking, messages.MOVED, now)
