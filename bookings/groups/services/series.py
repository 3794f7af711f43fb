"""Change or cancel several dates of a series at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.groups.domain import Scope, tell_refusals
from bookings.groups.selectors.groups import get_dates_ahead
from bookings.groups.selectors.moving import get_moves, order_moves
from bookings.requests.domain.errors import BookingRefused, ConditionsChanged, SlotTaken
from bookings.requests.domain.states import require_cancellable
from bookings.requests.models import Booking
from bookings.requests.selectors.holds import booking_projects_lock
from bookings.requests.services.bookings import move_without_passing_on
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.held_time import booking_lock_for, pass_on_freed_time
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def series_cancel(
    *,
    actor: "User",
    booking_id: int,
    scope: Scope,
    now: datetime,
    reason: str = "",
    revision: int | None = None,
) -> list[Booking]:
    """Cancel the dates of a series that the scope names, each on the terms of its own deadline.

    Raises BookingChanged where the date that is named has another revision; None skips that check.
    """
    booking = _lock_date(actor, booking_id, revision, "cancel")
    return [
        booking_cancel(actor=actor, booking_id=one.pk, reason=reason, now=now)
        for one in get_dates_ahead(booking, scope)
    ]


@transaction.atomic
def series_move(
    *,
    actor: "User",
    booking_id: int,
    interval: Interval,
    scope: Scope,
    now: datetime,
    revision: int | None = None,
    shown: Mapping[str, str] | None = None,
) -> list[Booking]:
    """Move a date of a series to the interval and the others as far, all or none, with the same length.

    Raises BookingRefused with what is wrong with each date, and BookingChanged where the date that is named
    has another revision; None skips that check. `shown` are the conditions that a page has shown of each date
    (`Conditions.to_text`), by the booking's public id; raises ConditionsChanged where one is not moved on
    them.
    """
    booking_projects_lock(booking_id)
    booking = _lock_date(actor, booking_id, revision, "move")
    dates = get_moves(booking, interval, scope)
    refused, changed, moved = [], [], []
    for one, target in order_moves(dates):
        try:
            read = None if shown is None else shown.get(one.public_id, "")
            moved.append(move_without_passing_on(actor, one.pk, target, now, shown=read))
        except (BookingRefused, SlotTaken) as refusal:
            refused.append((target, refusal.problems))
        except ConditionsChanged as refusal:
            changed.append((target, refusal.problems))
    if refused:
        raise BookingRefused(problems=_tell_refusals(refused, len(dates)))
    if changed:
        raise ConditionsChanged(problems=_tell_refusals(changed, len(dates)))
    # Not before: a date may get the time that another one has left.
    for one in moved:
        pass_on_freed_time(one, now)
    return moved


def _tell_refusals(refused: Sequence[tuple[Interval, Sequence[Problem]]], number: int) -> list[Problem]:
    return tell_refusals(sorted(refused, key=lambda each: each[0]), number)


def _lock_date(actor: "User", booking_id: int, revision: int | None, move: str) -> Booking:
    booking = booking_lock_for(actor, booking_id, permission="bookings.cancel", revision=revision)
    require_cancellable(booking.state, move)
    return booking
