"""Where bookings lay before they were moved, as the journal has it: a row knows only where it lies now."""

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
    """By public id: when each booking was moved, and from where; in order."""

    of: dict[str, list[tuple[datetime, Interval]]]

    def first(self, public_id: str, now: Interval) -> Interval:
        """The time that was first asked for, of a booking that lies at `now`."""
        return self.of[public_id][0][1] if public_id in self.of else now

    def as_of(self, public_id: str, now: Interval, instant: datetime) -> Interval:
        """Where a booking that lies at `now` lay at the instant."""
        return next((before for at, before in self.of.get(public_id, ()) if at > instant), now)


def moves_of(public_ids: Collection[str]) -> Moves:
    """Every move of these bookings, which the caller may see. One statement."""
    found: dict[str, list[tuple[datetime, Interval]]] = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, public_ids, ACTIONS):
        found[entry.subject_id].append((entry.at, Interval.read(entry.details["from"])))
    return Moves(dict(found))
