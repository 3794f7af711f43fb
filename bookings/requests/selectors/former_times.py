"""Former times of moved bookings, and former users, read from the journal."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from bookings.requests.models import Booking
from instrument_share.journal import selectors as journal
from instrument_share.kernel.interval import Interval

ACTIONS = ("booking.moved", "booking.moved_for_decision", "booking.extended")
HANDED_OVER = "booking.handed_over"

Moves = dict[str, list[tuple[datetime, Interval]]]
"""The time of each move and the interval before it, oldest first, by the booking's public id."""


def get_moves(public_ids: Collection[str]) -> Moves:
    """Return every move of these bookings, which the caller may see. One statement."""
    moves: Moves = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, public_ids, ACTIONS):
        moves[entry.subject_id].append((entry.at, Interval.parse(entry.details["from"])))
    return dict(moves)


def get_interval_at(moves: Moves, booking: Booking, instant: datetime | None = None) -> Interval:
    """Return the booking's interval at the instant; without an instant, the one first asked for."""
    later = (before for at, before in moves.get(booking.public_id, ()) if instant is None or at > instant)
    return next(later, None) or Interval(booking.starts_at, booking.ends_at)


def is_handed_over_since_move(booking: Booking) -> bool:
    """Return whether the unit has moved a booking of somebody who has handed it over since."""
    if booking.moved_by_unit_at is None:
        return False
    # By the journal's numbers: both may bear the same time.
    last = journal.entries_on(Booking._meta.label, [booking.public_id], (HANDED_OVER, *ACTIONS)).last()
    return last is not None and last.action == HANDED_OVER
