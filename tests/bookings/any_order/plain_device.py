"""What a device beside the instrument that is granted at once is answered."""

from tests.bookings.any_order.plain_city import DAY

EARLY = 0.5
"""So long before its start a use may begin."""


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
        """The booking with which the person may use the instrument now, by its key."""
        now = self.city.now
        coming = [row for row in self.here("approved") if now < row[1].end and row[1].start < now + DAY]
        own = [row for row in [*self.here("in_use"), *coming] if row[1].person == person]
        if not own:
            return None
        pk, first = own[0]
        if first.state == "in_use" or (now >= first.start - EARLY and self.running() is None):
            return pk
        return None

    def find_stopped(self, person):
        """The use that ends, by its key, or the one that the device began and somebody else has ended."""
        for pk in (self.running(), self.last_start):
            if pk is not None:
                one = self.city.bookings[pk]
                if person in (None, one.person) and one.state in {"in_use", "completed"}:
                    return pk
        return None
