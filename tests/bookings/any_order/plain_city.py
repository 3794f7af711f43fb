"""A model of bookings that knows nothing of the services: times are half hours counted from a Monday.

It says what may be booked by looking at every booking, closure and quota in turn, and adds up what is owed.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

DAY = 48
OPEN, CLOSE = 16, 40
LONGEST = 8
DAILY_TIME, DAILY_BOOKINGS = 8, 3
DEADLINE = 4
"""Until so long before its start a booking is moved, or cancelled without charge."""
TOO_NEAR_TO_WAIT = 4
"""A request that its unit moves to so soon is approved by that: no decision could come in time."""
GRACE = 1.5
"""Half an hour, and as long as the kiosk beside each instrument may have kept a check-in."""
YUAN = Decimal(50)

AHEAD = {"requested", "approved", "in_use"}
TAKING = {*AHEAD, "completed", "no_show"}
HOLDING = {"offered", *AHEAD}
NOTICE, ANSWER, LONGEST_OFFER = 2, 0.5, 4
"""Before its start an offer ends, so much time it leaves at least, and so much at most."""
MOST_UNANSWERED = 2
SUSPENDING = 3
"""So many events that count at once keep a person from booking."""


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
    is_for_former_user: bool = False
    """Whether the unit chose its time for somebody who has handed it over since."""
    late: bool = False
    cancelled: tuple[float, int] | None = None
    """When it was, and as which of the bookings."""
    checked_in: float | None = None
    ended: float | None = None
    """When its check-out was recorded, or when nobody had come."""
    answer_by: float | None = None
    is_withdrawn: bool = False
    """Whether a decision took the offer back."""
    series: object = None
    """What it shares with the other dates of its series."""
    agreed_yuan: Decimal | None = None
    """The price of samples that the unit measures in it; without samples none."""
    names_project: bool = False
    is_misused: bool = False
    is_forgiven: bool = False
    """Whether its user came in time, as a kiosk told after the no-show."""

    @property
    def is_planned(self):
        return self.agreed_yuan is not None

    @property
    def yuan(self):
        """What was quoted for it."""
        return self.agreed_yuan if self.is_planned else YUAN * (self.end - self.start)

    def touches(self, start, end, pause=0):
        return start < self.end + pause and self.start - pause < end


@dataclass
class PlainWait:
    """Somebody who waits for hours of an instrument, and what they were offered."""

    person: str
    instrument: str
    first: int
    last: int
    length: int
    names_project: bool = False
    offers: list[Plain] = field(default_factory=list)
    unanswered: int = 0
    is_open: bool = True

    @property
    def offered(self):
        return next((one for one in self.offers if one.state == "offered"), None)


@dataclass
class PlainProject:
    """The project of the organization that pays; bookings may name it."""

    budget_yuan: Decimal
    people: set
    is_open: bool = True
    uses_yuan: dict = field(default_factory=dict)
    """What each use cost, by log, as it counts now."""


class PlainCity:
    """Two instruments: one granted at once, one by its keeper."""

    def __init__(self, by_keeper, project):
        self.by_keeper = by_keeper
        self.project = project
        self.now = float(OPEN)
        self.bookings = {}
        self.waits = []
        """In the order in which people joined."""
        self.new_offers = []
        """Made by the model, not yet seen in the database."""
        self.asked = []
        """Asked for together with what is asked for next."""
        self.closures = []
        self.blamed = Counter()
        """How many events there are on a person's credit, and how many of them count."""
        self.credit = Counter()
        self.used = []
        """Instrument, person, start and end of each use, whoever recorded it."""
        self.used_yuan = {}
        """By log, once confirmed."""

    def may_book(self, person, instrument, start, end, moved=None, bound=False):
        """Whether a person may have this time; `bound` by the deadline of the booking that is moved."""
        return (
            not self.is_suspended(person)
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

    def free_times(self, person, instrument, days):
        """Every time, start and end, that the person may book on these days."""
        if self.is_suspended(person):
            return set()
        open_hours = (day * DAY + time for day in days for time in range(OPEN, CLOSE))
        return {
            (start, end)
            for start in open_hours
            if self.may_book(person, instrument, start, start + 1)
            for end in range(start + 1, start + LONGEST + 1)
            if self.may_book(person, instrument, start, end)
        }

    def what_bounds_free_time(self):
        """What `free_times` looks at: while nothing of it changes, they are the same."""
        taking = [one for one in self.all_bookings() if one.state in HOLDING | TAKING]
        rows = sorted((one.instrument, one.start, one.end, one.person, one.state) for one in taking)
        return self.now, rows, len(self.closures), dict(self.credit)

    def keeps_quota(self, person, instrument, start, end, moved=None):
        same_day = [
            one
            for one in self.all_bookings()
            if one is not moved
            and (one.person, one.instrument) == (person, instrument)
            and one.state in HOLDING | TAKING
            and one.start // DAY == start // DAY
        ]
        time = sum(one.end - one.start for one in same_day) + end - start
        return time <= DAILY_TIME and len(same_day) < DAILY_BOOKINGS

    def holding(self, instrument, but=None):
        ones = [one for one in self.all_bookings() if one.instrument == instrument and one is not but]
        return [one for one in ones if one.state in HOLDING]

    def all_bookings(self):
        return [*self.bookings.values(), *self.new_offers, *self.asked]

    def first_state(self, instrument):
        return "requested" if instrument in self.by_keeper else "approved"

    # --- Credit and budget ------------------------------------------------------------------------------

    def is_suspended(self, person):
        return self.credit[person] >= SUSPENDING

    def blame(self, person):
        self.blamed[person] += 1
        self.credit[person] += 1

    def committed_yuan(self, moved=None):
        """What bookings ahead take of the budget, as if one of them was not made."""
        named = (one for one in self.all_bookings() if one.names_project and one is not moved)
        return sum((one.yuan for one in named if one.state in AHEAD), Decimal(0))

    def spent_yuan(self):
        charges = (self.charged_yuan(one) for one in self.bookings.values() if one.names_project)
        return sum(charges, sum(self.project.uses_yuan.values(), Decimal(0)))

    def left_yuan(self, moved=None):
        return self.project.budget_yuan - self.committed_yuan(moved) - self.spent_yuan()

    def may_name_project(self, person, length, moved=None):
        return (
            self.project.is_open and person in self.project.people and YUAN * length <= self.left_yuan(moved)
        )

    def is_paid(self, names_project, person, length, moved=None):
        """Whether nothing keeps the booking from naming the project, if it does."""
        return not names_project or self.may_name_project(person, length, moved)

    # --- What was used -----------------------------------------------------------------------------------

    def judge_uses(self, person, instrument, times, *, is_overlap_told):
        """What becomes of each row of a sheet of uses: recorded already, refused, or new."""
        earlier, found = [], []
        for start, end in times:
            taken = [(a, b) for at, _person, a, b in self.used if at == instrument] + earlier
            overlaps = any(start < b and a < end for a, b in taken)
            if (instrument, person, start, end) in self.used:
                found.append("unchanged")
                continue
            is_repeated = (start, end) in earlier
            is_wrong = end > self.now or is_repeated or (overlaps and not is_overlap_told)
            found.append("refused" if is_wrong else "new")
            earlier.append((start, end))
        return found

    # --- What belongs together --------------------------------------------------------------------------

    def admit_in_turn(self, person, times):
        """Those of the times that the person may book if they ask for one after the other."""
        for instrument, start, end, names_project in times:
            if self.may_book(person, instrument, start, end) and self.is_paid(
                names_project, person, end - start
            ):
                state = self.first_state(instrument)
                self.asked.append(Plain(person, instrument, start, end, state, names_project=names_project))
        admitted, self.asked = self.asked, []
        return admitted

    def dates_ahead(self, booking, *, following):
        """The dates of the same series and person that have not begun, the first first."""
        dates = [
            one
            for one in self.bookings.values()
            if one.series is booking.series
            and one.person == booking.person
            and one.state in {"requested", "approved"}
            and (one.start >= booking.start or not following)
        ]
        return sorted(dates, key=lambda one: one.start)

    def may_move_together(self, dates, shift, length, *, bound):
        """Whether all the dates may have their new times, when none of them has its old one any more."""
        if bound and any(one.state == "approved" and self.now > one.start - DEADLINE for one in dates):
            return False
        times = [
            (one.instrument, one.start + shift, one.start + shift + length, one.names_project)
            for one in dates
        ]
        states = [one.state for one in dates]
        for one in dates:
            one.state = "moving"
        admitted = self.admit_in_turn(dates[0].person, times)
        for one, state in zip(dates, states, strict=True):
            one.state = state
        return len(admitted) == len(dates)

    def move(self, booking, start, end, *, by_user):
        if by_user and booking.instrument in self.by_keeper:
            booking.state = "requested"
        elif not by_user and booking.state == "requested" and start - self.now < TOO_NEAR_TO_WAIT:
            booking.state = "approved"
        booking.start, booking.end = start, end
        booking.moved_by_unit = not by_user and not booking.is_planned
        booking.is_for_former_user = False

    def may_extend(self, booking, end, *, by_user):
        """Whether a use under way may end so much later; where a keeper decides, the keeper extends it."""
        others = self.holding(booking.instrument, booking)
        return (
            booking.state == "in_use"
            and end > max(booking.end, self.now)
            and end - booking.start <= LONGEST
            and not (by_user and (booking.is_planned or booking.instrument in self.by_keeper))
            and not self.is_suspended(booking.person)
            and self.is_open(booking.instrument, booking.start, end)
            and not any(one.touches(booking.start, end, pause=1) for one in others)
            and self.keeps_quota(booking.person, booking.instrument, booking.start, end, booking)
            and self.is_paid(booking.names_project, booking.person, end - booking.start, booking)
        )

    def may_take_over(self, booking, colleague):
        return (
            booking.state in {"requested", "approved"}
            and self.now < booking.start
            and not booking.is_planned
            and not self.is_too_late_to_ask_again(booking)
            and not (booking.names_project and colleague not in self.project.people)
            and not self.is_suspended(colleague)
            and self.keeps_quota(colleague, booking.instrument, booking.start, booking.end, booking)
        )

    def is_too_late_to_ask_again(self, booking):
        """Whether its keeper would have to approve it once more when it costs something to cancel it."""
        decided = booking.state == "approved" and booking.instrument in self.by_keeper
        return decided and not booking.moved_by_unit and self.now > booking.start - DEADLINE

    def is_late(self, booking):
        """Whether its user pays for cancelling now: not one who never agreed to the time of the unit."""
        is_bound = booking.state == "approved" and not booking.moved_by_unit
        is_after = is_bound and self.now > booking.start - DEADLINE
        return is_after and not (self.now >= booking.start and self.is_kept_out(booking))

    def is_kept_out(self, booking):
        """Whether somebody else's use is in the way since its start, or was until a moment ago."""
        return any(
            one.instrument == booking.instrument
            and one.person != booking.person
            and (
                one.state == "in_use"
                or (one.state == "completed" and one.ended > booking.start and one.ended + GRACE >= self.now)
            )
            for one in self.bookings.values()
        )

    def cancel(self, booking, *, by_user):
        if booking.state == "offered":
            booking.state, booking.is_withdrawn = "lapsed", True
            return
        booking.late = by_user and self.is_late(booking)
        booking.cancelled = self.now, list(self.bookings.values()).index(booking)
        if booking.late:
            self.blame(booking.person)
        booking.state = "cancelled"

    def run_clock(self):
        """End what was not decided, attended or answered in time; each passes its time on at once."""
        for one in self.due("requested", lambda one: one.decide_by):
            one.state = "lapsed"
            self.pass_on(one.instrument)
        for one in self.due("approved", lambda one: one.start + GRACE):
            if one.is_planned:
                continue  # To samples nobody comes.
            if not one.moved_by_unit and self.is_kept_waiting(one) and self.now < one.end:
                continue
            is_free = one.moved_by_unit or self.is_kept_waiting(one)
            one.state = "cancelled" if is_free else "no_show"
            if one.state == "no_show":
                one.ended = self.now
                self.blame(one.person)
            self.pass_on(one.instrument)
        for one in self.due("offered", lambda one: one.answer_by):
            one.state = "lapsed"
            wait = next(wait for wait in self.waits if one in wait.offers)
            wait.unanswered += 1
            wait.is_open = wait.unanswered < MOST_UNANSWERED
            self.pass_on(one.instrument)
        self.pass_on_all()
        for wait in self.waits:
            wait.is_open = wait.is_open and (wait.offered is not None or self.may_be_offered(wait))

    def is_kept_waiting(self, booking):
        """Whether another use runs, or has ended so lately that the person of the booking may still come."""
        return any(
            one.instrument == booking.instrument
            and (one.state == "in_use" or (one.state == "completed" and one.ended > self.now - GRACE))
            for one in self.bookings.values()
        )

    def due(self, state, get_deadline):
        """The bookings of this state whose deadline has passed, the earliest first."""
        found = [(get_deadline(one), pk, one) for pk, one in self.bookings.items() if one.state == state]
        return [one for deadline, _pk, one in sorted(found, key=lambda row: row[:2]) if deadline <= self.now]

    # --- Who waits --------------------------------------------------------------------------------------

    def may_join(self, wait):
        return (
            self.may_be_offered(wait)
            and 0 < wait.length <= LONGEST
            and self.is_paid(wait.names_project, wait.person, wait.length)
            and not self.is_suspended(wait.person)
            and not any(
                one.is_open and (one.person, one.instrument) == (wait.person, wait.instrument)
                for one in self.waits
            )
        )

    def may_be_offered(self, wait):
        return max(wait.first, self.now + NOTICE + ANSWER) + wait.length <= wait.last

    def pass_on_all(self):
        for instrument in ("at_once", "by_keeper"):
            self.pass_on(instrument)

    def pass_on(self, instrument):
        """Offer free time to those who wait for the instrument, in order."""
        for wait in self.waits:
            if wait.is_open and wait.instrument == instrument and wait.offered is None:
                start = self.find_start(wait)
                if start is not None and self.is_paid(wait.names_project, wait.person, wait.length):
                    offer = Plain(wait.person, instrument, start, start + wait.length, "offered")
                    offer.names_project = wait.names_project
                    offer.answer_by = min(self.now + LONGEST_OFFER, start - NOTICE)
                    wait.offers.append(offer)
                    self.new_offers.append(offer)

    def find_start(self, wait):
        """The first half hour that the person may book and has not let go before."""
        first = max(wait.first, self.now + NOTICE + ANSWER)
        for start in range(ceil(first), wait.last - wait.length + 1):
            end = start + wait.length
            if self.may_book(wait.person, wait.instrument, start, end) and not any(
                one.touches(start, end) for one in wait.offers if not one.is_withdrawn
            ):
                return start
        return None

    def charged_yuan(self, booking):
        """What a booking costs that did not take place: half the price of what nobody took, or all of it."""
        if booking.state == "no_show":
            return Decimal(0) if booking.is_forgiven else YUAN * (booking.end - booking.start)
        others = [
            one
            for one in self.bookings.values()
            if one is not booking
            and one.instrument == booking.instrument
            and (one.state in TAKING or self.pays_instead(one, booking))
        ]
        slots = range(booking.start, booking.end) if booking.late else ()
        free = [slot for slot in slots if not any(one.touches(slot, slot + 1) for one in others)]
        unused = sum(self.unused_part(booking.instrument, slot) for slot in free)
        return (YUAN / 2 * Decimal(str(unused))).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def unused_part(self, instrument, slot):
        """How much of half an hour is in no recorded use, whoever recorded it."""
        unused, reached = 0, slot
        for start, end in sorted((a, b) for at, _person, a, b in self.used if at == instrument):
            unused += max(0, min(start, slot + 1) - reached)
            reached = max(reached, min(end, slot + 1))
        return unused + slot + 1 - reached

    def pays_instead(self, one, before):
        """Whether somebody has taken what was cancelled late before, and cancelled it late in turn."""
        both_late = one.late and before.late
        return both_late and one.cancelled > before.cancelled and self.charged_yuan(one) > 0

    def owed_yuan(self):
        return sum(self.used_yuan.values()) + sum(map(self.charged_yuan, self.bookings.values()))
