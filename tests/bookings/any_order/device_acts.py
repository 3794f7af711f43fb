"""What the device beside the instrument that is granted at once reports."""

import json

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.requests.keys import get_check_in_code
from bookings.requests.models import Booking
from bookings.usage.models import UsageLog
from tests.bookings.any_order.draws import people, sides
from tests.bookings.any_order.side_by_side import SideBySide
from tests.bookings.devices.signing import sign


class DeviceActs(SideBySide):
    """Signed starts, stops and signs of life, messages that are sent again, and numbers out of turn."""

    @rule(person=people, by_code=sides)
    def somebody_names_themselves(self, person, by_code):
        self.start(person, by_code)

    @precondition(lambda self: self.plain_device.here("approved"))
    @rule(early=st.sampled_from([0, 0.5, 1]), by_code=sides)
    def come_to_the_device(self, early, by_code):
        """Whose booking is next comes in time, and is told if that is too early."""
        _pk, plain = self.plain_device.here("approved")[0]
        self.let_time_pass(max(plain.start - early - self.model.now, 0))
        self.start(plain.person, by_code)

    def start(self, person, by_code):
        """Somebody names themselves, or shows the code of their booking."""
        found = self.plain_device.find_started(person)
        named = self.name(person, found if by_code else None)
        answer = self.device.send("start", **named)
        self.plain_device.take("start", found)
        self.expect(answer, found, is_start=True)
        if found and (plain := self.model.bookings[found]).state == "approved":
            plain.state, plain.checked_in = "in_use", self.model.now

    @precondition(lambda self: self.plain_device.running() or self.plain_device.last_start)
    @rule(person=st.none() | people)
    def device_stops(self, person):
        """The use ends at the device, that of whoever is there or only that of the person who is named."""
        found = self.plain_device.find_stopped(person)
        plain = self.model.bookings.get(found)
        if plain and plain.state == "in_use" and plain.checked_in == self.model.now:
            return  # Nobody leaves in the minute in which they came.
        answer = self.device.send("stop", **self.name(person))
        self.plain_device.take("stop", found)
        self.expect(answer, found, is_start=False)
        if plain and plain.state == "in_use":
            log = UsageLog.objects.get(booking=found)
            # The user has reported it by the device, so the unit is the second person.
            self.leave(plain, self.model.now, log, confirmed_by=self.city.manager)

    @precondition(lambda self: self.plain_device.events)
    @rule()
    def device_is_heard(self):
        assert self.device.send("heartbeat")["next_sequence"] == len(self.plain_device.events) + 1

    @precondition(lambda self: self.plain_device.events)
    @rule()
    def device_repeats_its_last_event(self):
        """An answer was lost on the way: the same event gets the same one."""
        self.device.body, expected = self.last_event
        assert self.device.again() == expected

    @rule(further=st.sampled_from([-1, 1]))
    def device_counts_wrongly(self, further):
        """A number that is left out or was given to another event is refused."""
        number = len(self.plain_device.events) + 1 + further
        if not number:
            return
        event = {"kind": "fault", "at": self.now.isoformat(), "sequence": number, "detail": "停电"}
        body = json.dumps(event)
        refused = self.device.post(body, sign(self.device.secret, self.now, body))
        code = "device.sequence_gap" if further == 1 else "device.sequence_reused"
        assert (refused.status_code, refused.json()["code"]) == (409, code)

    def name(self, person, booking=None):
        if booking is not None:
            return {"code": get_check_in_code(Booking.objects.get(pk=booking))}
        return {} if person is None else {"person": self.people[person].public_id}

    def expect(self, answer, booking, *, is_start):
        """The device is told what became of its event, which is now its last one."""
        public_id = None if booking is None else Booking.objects.get(pk=booking).public_id
        recorded = booking is not None
        assert (answer["recorded"], answer["may_start"], answer["booking"]) == (
            recorded,
            recorded and is_start,
            public_id,
        )
        self.last_event = self.device.body, answer
