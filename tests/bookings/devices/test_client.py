"""The reference client against a live server while the line fails: no hour is lost or counted twice."""

from datetime import timedelta
from random import Random

import pytest

from bookings.devices.models import DeviceEvent
from bookings.devices.selectors import get_device_secret
from bookings.devices.services.keys import device_key_make
from bookings.requests.keys import get_check_in_code
from bookings.usage.models import UsageLog
from instrument_share.journal.models import AuditEntry
from tests import factories
from tests.bookings.devices.cut_line import CutLine
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client_of_device(example, clock):
    clock.set(NOW)
    return example("device_client")


@pytest.fixture
def line(live_server):
    made = CutLine(live_server.url)
    yield made
    made.close()


@pytest.fixture
def paired(client_of_device, line, tmp_path):
    city = factories.city()
    device = device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    folder = tmp_path / "device"
    client_of_device.Client.pair(folder, line.url, device.public_id, key=get_device_secret(device))
    return city, lambda: client_of_device.Client(folder)


def codes_of(bookings):
    return [get_check_in_code(one) for one in bookings]


def test_no_hour_is_lost_or_counted_twice_while_the_line_fails(paired, line, clock):
    city, client = paired
    drawn = Random(11)
    bookings = [book(city, slot(hour=9 + hour, length=1), payer=not hour % 2) for hour in range(6)]
    for booking, code in zip(bookings, codes_of(bookings), strict=True):
        for kind, at in (("start", booking.starts_at), ("stop", booking.starts_at + 50 * MINUTE)):
            clock.set(at)
            line.cut = drawn.choice([None, "message", "answer"])
            client().report(kind, code=code)  # a client of its own each time: nothing is kept in memory
        for line.cut in ("message", "answer", drawn.choice([None, "answer"])):
            clock.move(MINUTE)
            client().heartbeat()
    line.cut = None
    assert client().heartbeat()
    assert not client().waiting()
    logs = UsageLog.objects.order_by("starts_at")
    assert [(log.booking_id, log.starts_at, log.ends_at) for log in logs] == [
        (one.pk, one.starts_at, one.starts_at + 50 * MINUTE) for one in bookings
    ]
    assert list(DeviceEvent.objects.order_by("id").values_list("sequence", flat=True)) == list(range(1, 13))
    assert line.passed > 24, "nothing was sent twice"
    assert AuditEntry.objects.filter(action="booking.checked_in").count() == 6


def test_client_knows_what_the_platform_says_and_when_it_says_nothing(paired, line, clock):
    city, client = paired
    booking = book(city, slot(hour=9, length=1))
    (code,) = codes_of([booking])
    clock.set(booking.starts_at - timedelta(hours=1))
    assert client().report("start", code=code)["code"] == "booking.too_early"
    clock.set(booking.starts_at)
    line.cut = "answer"
    assert client().report("start", code=code) is None
    line.cut = None
    assert client().send() == {2: client_answer(2)}


def client_answer(sequence):
    """The answer that was kept, as the client reads it."""
    kept = DeviceEvent.objects.get(sequence=sequence).answer
    return {**kept, "ends_at": kept["ends_at"].replace("+00:00", "Z")}


def test_client_trusts_no_answer_of_another(paired, line, clock, client_of_device):
    _, client = paired
    stranger = client()
    stranger.settings["key"] = "not-the-key"
    with pytest.raises(client_of_device.Refused, match=r"device\.not_signed"):
        stranger.heartbeat()
    forged = client()
    signed = forged._sign
    forged._sign = lambda seconds, body: signed(seconds, body if 'kind": ' in body else "other")
    assert not forged.heartbeat()


def test_event_that_was_written_before_a_power_cut_is_not_overwritten(paired, clock):
    _, client = paired
    before = client()
    before.add("fault", detail="first")
    before._set_next(1)  # as if the power had gone before the number was written
    assert client().add("fault", detail="second") == 2
    assert sorted(client().send()) == [1, 2]
