"""Former times of moved bookings, read from the journal."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bookings.requests.models import Booking
from instrument_share.journal import selectors as journal
from instrument_share.kernel.interval import Interval

ACTIONS = ("booking.moved", "booking.moved_for_decision")


@dataclass(frozen=True)
class Moves:
    """The time of each move and the interval before it, oldest first, by the booking's public id."""

    by_booking: dict[str, list[tuple[datetime, Interval]]]

    def get_first_interval(self, public_id: str, current: Interval) -> Interval:
        """Return the interval first asked for, of a booking that is at `current` now."""
        return self.by_booking[public_id][0][1] if public_id in self.by_booking else current

    def get_interval_at(self, public_id: str, current: Interval, instant: datetime) -> Interval:
        """Return the interval at the instant, of a booking that is at `current` now."""
        return next((before for at, before in self.by_booking.get(public_id, ()) if at > instant), current)


def get_moves(public_ids: Collection[str]) -> Moves:
    """Return every move of these bookings, which the caller may see. One statement."""
    found: dict[str, list[tuple[datetime, Interval]]] = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, public_ids, ACTIONS):
        found[entry.subject_id].append((entry.at, Interval.parse(entry.details["from"])))
    return Moves(dict(found))
