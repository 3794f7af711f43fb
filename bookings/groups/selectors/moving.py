"""What moving several dates of a series comes to, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookings.groups.domain import Scope
from bookings.groups.selectors.groups import get_dates_ahead
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import MovePrice, get_move_price
from bookings.requests.selectors.companions import get_companions
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval


@dataclass(frozen=True)
class MovedDate:
    """A date of a series with the time to which it would move, and its price there; or why it has none."""

    booking: Booking
    interval: Interval
    price: MovePrice | None
    problems: Sequence[Problem] = ()


def get_moves(booking: Booking, interval: Interval, scope: Scope) -> list[tuple[Booking, Interval]]:
    """Return the dates that the scope names, by time, each with the time to which it moves.

    All move as far as the booking does to the interval, and become as long. Raises NotFound.
    """
    shift = interval.start - booking.starts_at
    starts = [(one, one.starts_at + shift) for one in get_dates_ahead(booking, scope)]
    return [(one, Interval(start, start + interval.length)) for one, start in starts]


def get_moved_dates(booking: Booking, interval: Interval, scope: Scope) -> list[MovedDate]:
    """Return each date that would move with its price now and then. Raises NotFound."""
    return [_price(one, target) for one, target in get_moves(booking, interval, scope)]


def _price(booking: Booking, target: Interval) -> MovedDate:
    try:
        return MovedDate(booking, target, get_move_price(booking, get_companions(booking), target))
    except BookingRefused as refusal:
        return MovedDate(booking, target, None, refusal.problems)


def sum_prices(dates: Sequence[MovedDate]) -> tuple[Decimal, Decimal]:
    """Return what the dates that have a price cost now, and what then."""
    prices = [one.price for one in dates if one.price is not None]
    before = sum((one.before_yuan for one in prices), Decimal(0))
    return before, sum((one.after_yuan for one in prices), Decimal(0))
