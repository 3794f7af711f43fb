"""A model of bookings that knows nothing of the services: times are half hours counted from a Monday.

It says what may be booked by looking at every booking, closure and quota in turn, and adds up what is owed.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

DAY = 48
OPEN, CLOSE = 16, 40
LONGEST = 8
DAILY_TIME, DAILY_BOOKINGS = 8, 3
DEADLINE = 4
"""Until so long before its start a booking is moved, or cancelled without charge."""
GRACE = 1
YUAN = Decimal(50)

HOLDING = {"requested", "approved", "in_use"}
TAKING = {*HOLDING, "completed", "no_show"}


@dataclass
class Plain:
    """A booking as the model has it."""

    person: str
    instrument: str
    start: int
    end: int
    state: str
    decide_by: float | None = None
    moved_by_unit: bool = False
    late: bool = False

    def touches(self, start, end, pause=0):
        return start < self.end + pause and self.start - pause < end


class PlainCity:
    """Two instruments: one granted at once, one by its keeper."""

    def __init__(self, by_keeper):
        self.by_keeper = by_keeper
        self.now = float(OPEN)
        self.bookings = {}
        self.closures = []
        self.credit = Counter()
        self.used_yuan = {}
        """By log, once confirmed."""

    def may_book(self, person, instrument, start, end, moved=None, bound=False):
        """Whether a person may have this time; `bound` by the deadline of the booking that is moved."""
        return (
            self.credit[person] < 3
            and 0 < end - start <= LONGEST
            and start >= self.now
            and self.is_open(instrument, start, end)
            and not (bound and moved.state == "approved" and self.now > moved.start - DEADLINE)
            and not any(one.touches(start, end, pause=1) for one in self.holding(instrument, moved))
            and self.keeps_quota(person, instrument, start, end, moved)
        )

    def is_open(self, instrument, start, end):
        opens = start // DAY * DAY + OPEN
        closed = [(one, until) for at, one, until in self.closures if at == instrument]
        return (
            opens <= start and end <= opens + CLOSE - OPEN and all(end <= a or b <= start for a, b in closed)
        )

    def keeps_quota(self, person, instrument, start, end, moved=None):
        same_day = [
            one
            for one in self.bookings.values()
            if one is not moved
            and (one.person, one.instrument) == (person, instrument)
            and one.state in TAKING
            and one.start // DAY == start // DAY
        ]
        time = sum(one.end - one.start for one in same_day) + end - start
        return time <= DAILY_TIME and len(same_day) < DAILY_BOOKINGS

    def holding(self, instrument, but=None):
        ones = [one for one in self.bookings.values() if one.instrument == instrument and one is not but]
        return [one for one in ones if one.state in HOLDING]

    def is_late(self, booking):
        """Whether its user pays for cancelling now."""
        notice = 0 if booking.moved_by_unit else DEADLINE
        return booking.state == "approved" and self.now > booking.start - notice

    def cancel(self, booking, *, by_user):
        booking.late = by_user and self.is_late(booking)
        self.credit[booking.person] += booking.late
        booking.state = "cancelled"

    def run_clock(self):
        """Lapse what waited too long, and end what nobody attended."""
        for one in self.bookings.values():
            if one.state == "requested" and one.decide_by <= self.now:
                one.state = "lapsed"
            elif one.state == "approved" and one.start + GRACE <= self.now:
                one.state = "cancelled" if one.moved_by_unit else "no_show"
                self.credit[one.person] += one.state == "no_show"

    def charged_yuan(self, booking):
        """What a booking costs that did not take place: half the price of what nobody took, or all of it."""
        if booking.state == "no_show":
            return YUAN * (booking.end - booking.start)
        others = [
            one
            for one in self.bookings.values()
            if one is not booking and one.instrument == booking.instrument and one.state in TAKING
        ]
        slots = range(booking.start, booking.end) if booking.late else ()
        return sum(
            (YUAN / 2 for slot in slots if not any(one.touches(slot, slot + 1) for one in others)), Decimal(0)
        )

    def owed_yuan(self):
        return sum(self.used_yuan.values()) + sum(map(self.charged_yuan, self.bookings.values()))

    def has_overlap(self, instrument):
        ordered = sorted((one.start, one.end) for one in self.holding(instrument))
        return any(before[1] + 1 > after[0] for before, after in pairwise(ordered))
