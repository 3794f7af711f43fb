"""What a device beside the instrument that is granted at once is answered, and what kiosks make of acts."""

from collections import Counter

from tests.bookings.any_order.plain_city import DAY

DELAY = 0.5
"""So much later an act of a kiosk is still taken for which no booking waits."""
MOST_WRONG = 10
"""So many wrong codes a kiosk takes at a time."""
EARLY, LATE = 0.5, 1
"""So long before its start a use may begin, and so long after it who comes is no no-show."""


class PlainDevice:
    """The events that were taken, and the next answer."""

    def __init__(self, city):
        self.city = city
        self.events = []
        """Number, kind, and the key of the booking that it was about."""
        self.last_start = None
        """The booking of the last start; None where that was refused."""

    def take(self, kind, booking):
        """Keep an event; `booking` has its key, or None where nothing was recorded."""
        self.events.append((len(self.events) + 1, kind, booking))
        if kind == "start":
            self.last_start = booking

    def running(self):
        return next((pk for pk, one in self.here("in_use")), None)

    def here(self, state):
        found = [
            (pk, one)
            for pk, one in self.city.bookings.items()
            if one.instrument == "at_once" and one.state == state
        ]
        return sorted(found, key=lambda row: (row[1].start, row[0]))

    def find_started(self, person):
        """The booking with which the person may use the instrument now, by its key.

        A use past its end is not gone on with once another booking of theirs can begin.
        """
        now = self.city.now
        coming = [row for row in self.here("approved") if now < row[1].end and row[1].start < now + DAY]
        own = [row for row in [*self.here("in_use"), *coming] if row[1].person == person]
        if not own:
            return None
        pk, first = own[0]
        due = [one for _pk, one in own if one.state == "approved" and now >= one.start - EARLY]
        if first.state == "in_use":
            return None if due and now >= first.end else pk
        return pk if due and self.running() is None else None

    def find_stopped(self, person):
        """The use that ends, by its key, or the one that the device began and somebody else has ended."""
        for pk in (self.running(), self.last_start):
            if pk is not None:
                one = self.city.bookings[pk]
                if person in (None, one.person) and one.state in {"in_use", "completed"}:
                    return pk
        return None


class PlainKiosk:
    """The screen beside an instrument: who shows the code of a booking, may begin or end its use."""

    def __init__(self, city, instrument):
        self.city, self.instrument = city, instrument
        self.wrong = Counter()
        """Wrong codes by the time at which they were received."""

    def takes_another(self):
        return self.wrong[self.city.now] < MOST_WRONG

    def find_refusal(self, kind, booking, at):
        """Why an act at this time with the booking's code is not recorded; nothing where it is."""
        if not self.knows(booking, at):
            has_ended = self.is_here(booking) and booking.state == "completed" and booking.ended > at - DAY
            is_missed = self.is_here(booking) and booking.state == "no_show"
            if self.city.now - at > DELAY and (has_ended or is_missed):
                return "kiosk.too_late"
            if has_ended and kind == "check_out":
                return "kiosk.ended_already"
            if is_missed and kind == "check_in":
                return "kiosk.given_back"
            self.wrong[self.city.now] += 1
            return "kiosk.wrong_code"
        return (
            self.find_refusal_to_end(booking, at) if kind == "check_out" else self.find_obstacle(booking, at)
        )

    def forgives(self, kind, booking, at):
        """Whether somebody missed nothing whose check-in, as is told now, was in time; told once."""
        came_in_time = booking.start - EARLY <= at <= booking.start + LATE
        is_missed = (kind, booking.state) == ("check_in", "no_show") and not booking.is_forgiven
        return self.is_here(booking) and is_missed and came_in_time

    def find_refusal_to_end(self, booking, at):
        if booking.state != "in_use":
            return "booking.still_in_use" if self.is_busy() else "kiosk.not_checked_in"
        return "usage.refused" if at < booking.checked_in else ""

    def find_obstacle(self, booking, at):
        if booking.state == "in_use":
            return ""
        if at < booking.start - EARLY:
            return "booking.too_early"
        return "booking.still_in_use" if self.is_busy() else ""

    def is_busy(self):
        return any(one.state == "in_use" for one in self.city.holding(self.instrument))

    def knows(self, booking, at):
        coming = booking.state == "approved" and at < booking.end and booking.start < at + DAY
        return self.is_here(booking) and (booking.state == "in_use" or coming)

    def is_here(self, booking):
        return booking.instrument == self.instrument
