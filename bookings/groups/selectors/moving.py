"""What moving several dates of a series comes to, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.groups.domain import Scope
from bookings.groups.selectors.groups import get_dates_ahead
from bookings.requests.domain.errors import BookingRefused, DecisionOverdue
from bookings.requests.domain.pricing import Conditions
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import find_problems_at
from bookings.requests.selectors.companions import find_overdue, get_companions
from bookings.requests.selectors.costs import MovePrice, get_move_conditions, get_move_price
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@dataclass(frozen=True)
class MovedDate:
    """A date of a series with the time to which it would move, its price there if any, and what is wrong."""

    booking: Booking
    interval: Interval
    price: MovePrice | None
    problems: Sequence[Problem] = ()
    conditions: Conditions | None = None
    """On which it moves there; None where no rule is in force."""


def get_moves(booking: Booking, interval: Interval, scope: Scope) -> list[tuple[Booking, Interval]]:
    """Return the dates that the scope names, by time, each with the time to which it moves.

    All move as far as the booking does to the interval, and become as long. Raises NotFound.
    """
    shift = interval.start - booking.starts_at
    starts = [(one, one.starts_at + shift) for one in get_dates_ahead(booking, scope)]
    return [(one, Interval(start, start + interval.length)) for one, start in starts]


def order_moves(moves: Sequence[tuple[Booking, Interval]]) -> list[tuple[Booking, Interval]]:
    """Return the moves in the order in which they are made.

    The last goes first where they move on, so that none meets the one after it.
    """
    move_on = any(target.start > one.starts_at for one, target in moves)
    return list(reversed(moves)) if move_on else list(moves)


def get_moved_dates(
    viewer: "User", booking: Booking, interval: Interval, scope: Scope, now: datetime
) -> list[MovedDate]:
    """Return each date that the viewer would move, with its price and what is wrong. Raises NotFound.

    Each is checked as `series_move` would find it: with those before it at their new times.
    """
    dates: list[MovedDate] = []
    moved: list[tuple[Booking, Interval]] = []
    planned = Decimal(0)
    for one, target in order_moves(get_moves(booking, interval, scope)):
        companions = get_companions(one)
        price = _find_price(one, companions, target)
        problems = find_problems_at(viewer, one, target, now, moved_before=moved, planned_yuan=planned)
        if viewer.pk != one.user_id and (overdue := find_overdue([one, *companions], now)):
            deadline = {"deadline": overdue.decide_by}
            problems.append(Problem(DecisionOverdue.code, DecisionOverdue.message, deadline))
        dates.append(MovedDate(one, target, price, problems))
        if not problems:
            moved += [(each, target) for each in (one, *companions)]
            planned += price.after_yuan - price.before_yuan if price else 0
    return sorted(_with_conditions(viewer, dates, now), key=lambda each: each.interval.start)


def _with_conditions(viewer: "User", dates: Sequence[MovedDate], now: datetime) -> list[MovedDate]:
    """Return the dates with the conditions on which each moves; one statement for all."""
    moves = [
        (one.booking, one.price.get_prices(one.booking) if one.price else {}, one.interval) for one in dates
    ]
    found = get_move_conditions(viewer, moves, now)
    return [
        replace(one, conditions=each if one.price else None) for one, each in zip(dates, found, strict=True)
    ]


def _find_price(booking: Booking, companions: Sequence[Booking], target: Interval) -> MovePrice | None:
    try:
        return get_move_price(booking, companions, target)
    except BookingRefused:
        return None


def sum_prices(dates: Sequence[MovedDate]) -> tuple[Decimal, Decimal]:
    """Return what the dates that have a price cost now, and what then."""
    prices = [one.price for one in dates if one.price is not None]
    before = sum((one.before_yuan for one in prices), Decimal(0))
    return before, sum((one.after_yuan for one in prices), Decimal(0))
