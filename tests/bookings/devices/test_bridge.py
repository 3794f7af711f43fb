"""Devices that speak MQTT, by a real broker: no event is lost or counted twice, whatever fails."""

import json
import os
import signal
from datetime import timedelta
from random import Random
from threading import Event, Timer
from unittest import mock

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from paho.mqtt import client as mqtt

from bookings.devices.bridge import answers, presence, serving
from bookings.devices.bridge.broker import find_broker_problem, read_broker
from bookings.devices.models import DeviceEvent
from bookings.devices.selectors import get_device_secret
from bookings.devices.services.keys import device_key_make
from bookings.requests.keys import get_check_in_code
from bookings.usage.models import UsageLog
from instrument_share.journal.models import AuditEntry
from instrument_share.web import clock as real_clock
from tests import factories
from tests.bookings.devices.brokers import (
    PASSWORDS,
    PATIENCE,
    ServedBridge,
    brought_up,
    forget_bridges,
    wait_until,
)
from tests.bookings.devices.signing import sign
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.processes import forking, wake

BESIDE_THE_TEST = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
PASSWORD = "of-the-device"


@pytest.fixture(scope="module")
def _broker(tmp_path_factory):
    with brought_up(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def broker(_broker, settings, monkeypatch):
    """The broker, named by the settings and trusted by the device."""
    if _broker.process.poll() is not None:
        _broker.start()
    password = _broker.folder / "password"
    password.write_text(PASSWORDS["bridge"] + "\n")
    settings.MQTT_URL = _broker.url.replace("://", "://bridge@")
    settings.MQTT_PASSWORD_FILE, settings.MQTT_CA_FILE = str(password), str(_broker.ca_file)
    monkeypatch.setenv("SSL_CERT_FILE", str(_broker.ca_file))
    monkeypatch.setattr(serving, "FIRST_PAUSE", 0.05)
    return _broker


@pytest.fixture
def bridge(broker):
    served = ServedBridge()
    yield served
    served.stop_all()


class Device:
    """The device of the city's instrument."""

    def __init__(self, broker):
        self.city, self.broker = factories.city(), broker
        row = device_key_make(actor=self.city.keeper, instrument_id=self.city.instrument.pk, now=NOW)
        self.id, self.secret = row.public_id, get_device_secret(row)
        broker.admit(self.id, PASSWORD)
        broker.process.send_signal(signal.SIGHUP)  # it reads the passwords again

    def sign(self, at, kind, sequence=None, **values):
        """Return a signed payload, as docs/devices.md says, without the platform's own code."""
        numbered = {} if sequence is None else {"sequence": sequence}
        body = json.dumps({"kind": kind, "at": at.isoformat(), **numbered, **values})
        return f"{sign(self.secret, at, body)}\n{body}"


@pytest.fixture
def device(db, broker, clock):
    clock.set(NOW)
    return Device(broker)


@pytest.fixture
def program(device, example, tmp_path, monkeypatch):
    """The program of a device: `open()` starts it, paired and with nothing in memory."""
    module, folder = example("mqtt_device"), tmp_path / "device"
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    module.open = lambda: module.MqttClient(folder)
    module.pair = lambda: module.MqttClient.pair(
        folder, device.broker.url, device.id, key=device.secret, password=PASSWORD
    )
    return module


class Listener:
    """A program with the device's password that publishes events and reads answers as they come."""

    def __init__(self, device):
        self.device, self.payloads, self.receipts = device, [], []
        self.expected, self.stop, agreed = 0, Event(), []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "listener", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(device.id, PASSWORD)
        self.client.tls_set()
        self.client.on_message = self._take
        self.client.on_publish = lambda _client, _data, _id, reason, _more: self.receipts.append(str(reason))
        self.client.on_subscribe = lambda *_reply: agreed.append(True)
        self.client.connect("127.0.0.1", device.broker.port)
        self.client.loop_start()
        wait_until(self.client.is_connected)
        self.client.subscribe(f"devices/{device.id}/answers", qos=1)
        wait_until(lambda: agreed)

    def _take(self, _client, _data, message):
        self.payloads.append(message.payload.decode())
        if len(self.payloads) == self.expected:
            self.stop.set()

    def publish(self, payload, *, to=None, retain=False):
        """Publish an event and return what the broker says of it."""
        self.receipts.clear()
        self.client.publish(f"devices/{to or self.device.id}/events", payload, qos=1, retain=retain)
        wait_until(lambda: self.receipts)
        return self.receipts[0]

    def wait(self, count=1):
        """Return the bodies of the answers, once there are so many."""
        wait_until(lambda: len(self.payloads) >= count)
        return [json.loads(payload.partition("\n")[2]) for payload in self.payloads]

    def serve(self, act, count):
        """Run a bridge in this thread, `act` once it has subscribed, until there are so many answers."""
        acts, self.expected = [act], count
        with (
            mock.patch.object(serving, "leave_mark", lambda: acts and acts.pop()()),
            mock.patch.object(serving, "close_old_connections"),
        ):
            deadline = Timer(PATIENCE, self.stop.set)
            deadline.start()
            serving.serve(read_broker(), self.stop)
            deadline.cancel()
        return self.wait(count)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def listener(device):
    made = Listener(device)
    yield made
    made.close()


@BESIDE_THE_TEST
def test_no_hour_is_lost_or_counted_twice_while_broker_and_bridge_fail(
    device, program, broker, bridge, clock
):
    bridge.start()
    program.pair()
    drawn = Random(3)
    bookings = [book(device.city, slot(hour=9 + hour, length=1), payer=not hour % 2) for hour in range(4)]
    for booking in bookings:
        for kind, at in (("start", booking.starts_at), ("stop", booking.starts_at + 50 * MINUTE)):
            clock.set(at)
            cut = drawn.choice([None, broker.cut, bridge.cut])
            mended = cut() if cut else None
            answer = program.open().report(kind, code=get_check_in_code(booking))
            assert (answer is None) == (cut is not None)
            if mended:
                mended()
            clock.move(MINUTE)
            wait_until(lambda: program.open().heartbeat() and not program.open().waiting())
    logs = UsageLog.objects.order_by("starts_at")
    assert [(log.booking_id, log.starts_at, log.ends_at) for log in logs] == [
        (one.pk, one.starts_at, one.starts_at + 50 * MINUTE) for one in bookings
    ]
    assert list(DeviceEvent.objects.order_by("id").values_list("sequence", flat=True)) == list(range(1, 9))
    assert AuditEntry.objects.filter(action="booking.checked_in").count() == 4


def die_before_acknowledging(environment, broker, moment):
    wake(environment)
    real_clock.now = lambda: moment
    mqtt.Client.ack = lambda *_message: os.kill(os.getpid(), signal.SIGKILL)
    serving.serve(broker, Event())


def run_command(environment, values, moment):
    wake(environment)
    real_clock.now = lambda: moment
    for name, value in values.items():
        setattr(site_settings, name, value)
    call_command("device_bridge")


@pytest.fixture
def start_process(process_environment, clock):
    """`start_process(target, argument)` starts a bridge as a process of its own, at the test's time."""
    started = []

    def start(target, argument):
        forget_bridges()
        facts = process_environment, argument, clock.now()
        started.append(forking(process_environment).Process(target=target, args=facts))
        started[-1].start()
        wait_until(presence.bridge_seen_at)
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


@BESIDE_THE_TEST
def test_event_is_recorded_once_though_a_bridge_dies_and_two_run(
    device, bridge, listener, clock, start_process, settings
):
    booking = book(device.city, slot(hour=9, length=1))
    clock.set(booking.starts_at)
    dying = start_process(die_before_acknowledging, read_broker())
    sent = device.sign(clock.now(), "start", 1, code=get_check_in_code(booking))
    listener.publish(sent)
    dying.join(PATIENCE)
    assert dying.exitcode == -signal.SIGKILL
    assert (DeviceEvent.objects.count(), listener.payloads) == (1, [])
    clock.move(MINUTE)
    values = {name: getattr(settings, name) for name in ("MQTT_URL", "MQTT_PASSWORD_FILE", "MQTT_CA_FILE")}
    command = start_process(run_command, values)
    (answer,) = listener.wait()  # what was not acknowledged comes again by itself
    assert (answer["recorded"], answer["may_start"], answer["next_sequence"]) == (True, True, 2)
    assert answer["to"] == sent.partition("\n")[0]
    bridge.start("another")
    listener.publish(device.sign(clock.now(), "fault", 2, detail="泵"))
    _, first, second = listener.wait(3)
    assert first == second
    assert list(DeviceEvent.objects.order_by("id").values_list("sequence", "received_at")) == [
        (1, booking.starts_at),
        (2, clock.now()),
    ]
    command.terminate()
    command.join(PATIENCE)
    assert command.exitcode == 0


@pytest.mark.django_db
def test_what_the_database_did_not_take_comes_again_in_order(device, listener, clock, monkeypatch):
    real, tried = answers.device_event_receive, []

    def receive(**facts):
        tried.append(facts["event"].sequence)
        if len(tried) == 1:
            raise OperationalError("the server closed the connection")
        return real(**facts)

    def act():
        for number in (1, 2):
            listener.publish(device.sign(clock.now(), "fault", number, detail="泵"))

    monkeypatch.setattr(answers, "device_event_receive", receive)
    taken = listener.serve(act, 2)
    assert [(one["code"], one["sequence"], one["next_sequence"]) for one in taken] == [
        ("ok", 1, 2),
        ("ok", 2, 3),
    ]
    assert tried == [1, 1, 2]


@pytest.mark.django_db
def test_bad_messages_are_answered_and_what_is_retained_or_of_others_is_not(device, listener, clock):
    heartbeat = device.sign(clock.now(), "heartbeat")

    def act():
        assert listener.publish(heartbeat, to="DEV-0123456789") == "Not authorized"
        listener.publish(device.sign(clock.now(), "fault", 1, detail="old"), retain=True)
        listener.publish(b"\xff\x00")
        listener.publish(heartbeat)
        listener.publish("", retain=True)

    refused, heard = listener.serve(act, 2)
    assert (refused["status"], refused["code"], refused["to"]) == (403, "device.not_signed", "")
    assert (heard["status"], heard["code"], heard["next_sequence"]) == (200, "ok", 1)
    assert heard["to"] == heartbeat.partition("\n")[0]
    signed, _, text = listener.payloads[1].partition("\n")
    assert signed == sign(device.secret, clock.now(), text)


def test_program_of_a_device_obeys_what_the_platform_has_signed_for_this_message(example, clock, tmp_path):
    module = example("mqtt_device")
    settings = {"address": "mqtts://broker", "device": "DEV-0123456789", "next": 1, "key": "secret"}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    client = module.MqttClient(tmp_path)

    def find(key, **members):
        text = json.dumps(members)
        signature = sign(key, clock.now(), text) if key else ""
        noise = [b"\xff", b"t=\xc2\xb2,v1=\n{}", b"\n[1]", b"\n" + b"[" * 9999, b"\n{"]
        return client._find_answer([*noise, f"{signature}\n{text}".encode()], "mine")

    answer = {"to": "mine", "status": 200, "may_start": True}
    assert find("secret", **answer) == answer
    assert find("another", **answer) is None
    assert find("", **answer) is None
    assert find("secret", **{**answer, "to": "an earlier one"}) is None
    for status, error in ((403, module.Refused), (409, module.Refused), (500, module.Unreached)):
        with pytest.raises(error):
            find("secret", to="mine", status=status)
    with pytest.raises(module.Refused):
        find("", to="mine", status=403)
    assert find("", to="mine", status=409) is None


# paho leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_problem_of_the_broker_is_told(broker, settings, monkeypatch):
    assert find_broker_problem() is None
    settings.MQTT_URL = settings.MQTT_URL.replace("bridge@", "other@")
    assert find_broker_problem() == "The broker refuses: Not authorized."
    settings.MQTT_CA_FILE = ""
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate verify failed" in find_broker_problem()
    broker.kill()
    assert "Connection refused" in find_broker_problem()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "No broker is named"),
        ("http://broker.example.org", "is not like mqtts://"),
        ("mqtts://broker.example.org:0", "is not like mqtts://"),
        ("mqtts://bridge:secret@broker.example.org", "Put it into a file"),
    ],
)
def test_command_says_what_is_wrong_with_the_settings(settings, url, problem):
    settings.MQTT_URL = url
    with pytest.raises(CommandError, match=problem):
        call_command("device_bridge")
