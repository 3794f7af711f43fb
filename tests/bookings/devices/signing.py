"""A device in a test: it signs as docs/devices.md says, without the platform's own code."""

import hmac
import json

from bookings.devices.selectors import get_device_secret
from bookings.devices.services.keys import device_key_make
from tests.factories import NOW

HEADER = "X-Instrument-Share-Signature"


def sign(secret, at, body):
    digest = hmac.new(secret.encode(), f"{int(at.timestamp())}.{body}".encode(), "sha256").hexdigest()
    return f"t={int(at.timestamp())},v1={digest}"


class TestDevice:
    """The device of the city's instrument; `send` is one message at the test's clock."""

    __test__ = False

    def __init__(self, city, client, clock, actor=None):
        self.row = device_key_make(actor=actor or city.keeper, instrument_id=city.instrument.pk, now=NOW)
        self.secret, self.client, self.clock = get_device_secret(self.row), client, clock
        self.sequence = 0

    def post(self, body, signature):
        return self.client.post(
            f"/api/v1/devices/{self.row.public_id}/events",
            body,
            content_type="application/json",
            headers={HEADER: signature},
        )

    def send(self, kind, at=None, **values):
        """Report an event with the next number; return the answer, its signature checked."""
        if kind != "heartbeat":
            self.sequence += 1
            values = {"sequence": self.sequence, **values}
        self.body = json.dumps({"kind": kind, "at": (at or self.clock.now()).isoformat(), **values})
        return self.again()

    def again(self):
        """Send the last message again, signed now."""
        answer = self.post(self.body, sign(self.secret, self.clock.now(), self.body))
        assert answer.status_code == 200, answer.content
        assert answer[HEADER] == sign(self.secret, self.clock.now(), answer.content.decode())
        return answer.json()
