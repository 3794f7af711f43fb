"""What a device is answered where signature and event come in one payload: the same as over HTTP."""

import json

import pytest

from bookings.devices.bridge import answers
from bookings.devices.models import DeviceEvent
from instrument_share.web import clock as site_clock
from tests.bookings.devices.signing import TestDevice, sign
from tests.factories import NOW

pytestmark = pytest.mark.django_db
UNKNOWN = "DEV-0123456789"


@pytest.fixture
def device(city, client, clock):
    clock.set(NOW)
    return TestDevice(city, client, clock)


def answer(device, payload, device_id=None):
    """The answer's members, and whether the platform has signed them."""
    text = answers.answer_message(device_id or device.row.public_id, payload, site_clock.now())
    signature, _, body = text.partition("\n")
    return json.loads(body), signature == sign(device.secret, site_clock.now(), body)


def payload_of(device, body, secret=None, at=NOW):
    return f"{sign(secret or device.secret, at, body)}\n{body}".encode()


def numbered(sequence, kind="fault", **values):
    return json.dumps({"kind": kind, "at": NOW.isoformat(), "sequence": sequence, **values})


def test_event_that_came_by_http_gets_the_same_answer(device):
    over_http = device.send("fault", detail="泵")
    payload = payload_of(device, device.body)
    members, is_signed = answer(device, payload)
    assert is_signed
    assert members == {"to": payload.partition(b"\n")[0].decode(), "status": 200, **over_http}
    assert DeviceEvent.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        numbered(3),
        numbered(1, detail="another"),
        numbered(2, kind="explode"),
        numbered(2, more=1),
        json.dumps({"kind": "start", "at": NOW.isoformat()}),
    ],
)
def test_refusal_is_that_of_http_and_signed(device, body):
    device.send("fault", detail="泵")
    over_http = device.post(body, sign(device.secret, NOW, body)).json()
    payload = payload_of(device, body)
    members, is_signed = answer(device, payload)
    assert is_signed
    assert members == {"to": payload.partition(b"\n")[0].decode(), **over_http}


@pytest.mark.parametrize("body", ["", "{", "[" * 5000, r'{"\ud800": 1}', "null"])
def test_signed_message_that_is_no_event_is_refused(device, body):
    members, is_signed = answer(device, payload_of(device, body))
    assert (members["status"], is_signed) == (422, True)
    assert members["code"] in {"device.message_unreadable", "invalid"}


def test_message_that_the_device_has_not_signed_is_answered_without_a_signature(device, clock):
    body = numbered(1)
    good = payload_of(device, body)
    refused = [
        (payload_of(device, body, secret="another"), None, "device.not_signed"),
        (good + b" ", None, "device.not_signed"),
        (b"", None, "device.not_signed"),
        (good, UNKNOWN, "device.not_signed"),
        (good + b" " * answers.LARGEST, None, "device.message_too_large"),
    ]
    for payload, device_id, code in refused:
        members, is_signed = answer(device, payload, device_id)
        assert (members["code"], is_signed) == (code, False)
    clock.set(NOW.replace(hour=NOW.hour + 1))
    assert answer(device, good)[0]["code"] == "device.clock_wrong"
    assert not DeviceEvent.objects.exists()


def test_mistake_of_ours_is_answered_and_the_event_may_come_again(device, monkeypatch):
    payload = payload_of(device, numbered(1))
    with monkeypatch.context() as broken:
        broken.setattr(answers, "serialize_answer", lambda _answer: 1 / 0)
        members, _ = answer(device, payload)
    assert (members["status"], members["code"]) == (500, "site.failed")
    assert answer(device, payload)[0]["code"] == "ok"
