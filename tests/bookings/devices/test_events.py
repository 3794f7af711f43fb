"""What a device reports, what it is answered, and that nothing counts twice."""

import json
from datetime import timedelta

import pytest

from bookings.devices.domain import Event, EventKind, NotSigned
from bookings.devices.models import Device, DeviceEvent
from bookings.devices.services.events import FAULT_UNEXPLAINED, device_event_receive
from bookings.devices.services.keys import device_key_make, device_key_revoke, device_keys_end_due
from bookings.requests.keys import get_check_in_code
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.membership import membership_end
from bookings.usage.domain.errors import OwnKey
from bookings.usage.models import UsageLog
from bookings.usage.selectors.usage import waiting_confirmations
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden
from providers.instruments.models import Keeper
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.devices.signing import HEADER, TestDevice, sign
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def device(city, client, clock):
    clock.set(NOW)
    return TestDevice(city, client, clock)


@pytest.fixture
def booking(city, clock):
    made = book(city, slot(hour=9, length=2))
    clock.set(made.starts_at)
    return made


def code_of(booking):
    return get_check_in_code(booking)


def test_device_checks_the_person_in_and_out(city, device, booking, clock):
    clock.move(2 * MINUTE)
    started = device.send("start", code=code_of(booking).lower())
    assert (started["may_start"], started["code"]) == (True, "ok")
    assert (started["booking"], started["next_sequence"]) == (booking.public_id, 2)
    booking.refresh_from_db()
    assert (booking.state, booking.checked_in_at) == ("in_use", booking.starts_at + 2 * MINUTE)
    clock.move(timedelta(hours=1))
    stopped = device.send("stop", person=city.researcher.public_id)
    log = UsageLog.objects.get()
    assert (stopped["recorded"], stopped["log"]) == (True, log.public_id)
    assert (log.ends_at - log.starts_at, log.capture) == (timedelta(hours=1), "device")
    assert (log.user, log.operator, log.entry.recorded_by) == (city.researcher,) * 3
    written = AuditEntry.objects.filter(details__device=device.row.public_id).order_by("id")
    assert [entry.action for entry in written] == ["booking.checked_in", "booking.checked_out"]
    assert {entry.actor for entry in written} == {city.researcher}


def test_use_that_was_forgotten_is_not_gone_on_with_in_the_time_of_the_next_booking(
    city, device, booking, clock
):
    """Else the hours between would count as used."""
    person = city.researcher.public_id
    device.send("start", person=person)
    later = book(city, slot(day=2, hour=9), now=clock.now())
    clock.set(later.starts_at - 16 * MINUTE)
    assert device.send("start", person=person)["booking"] == booking.public_id
    clock.set(later.starts_at)
    assert device.send("start", person=person)["code"] == "booking.still_in_use"
    booking_check_out(actor=city.keeper, booking_id=booking.pk, now=clock.now())
    assert device.send("start", person=person)["booking"] == later.public_id
    assert UsageLog.objects.get().ends_at == booking.ends_at


def test_a_key_that_is_revoked_meanwhile_signs_nothing_more(city, device, booking, clock):
    device_key_revoke(actor=city.keeper, instrument_id=city.instrument.pk, now=clock.now())
    start = Event(EventKind.START, clock.now(), sequence=1, code=code_of(booking))
    with pytest.raises(NotSigned):
        device_event_receive(device_id=device.row.pk, event=start, digest="0" * 64, now=clock.now())
    assert not DeviceEvent.objects.exists()


def test_who_made_the_key_is_no_second_person(city, device, booking, clock):
    device.send("start", person=city.researcher.public_id)
    clock.move(timedelta(hours=1))
    device.send("stop")
    log = UsageLog.objects.get()
    assert list(waiting_confirmations(city.keeper)) == []
    with pytest.raises(OwnKey):
        usage_confirm(actor=city.keeper, log_id=log.pk, now=clock.now())
    assert list(waiting_confirmations(city.manager)) == [log]
    usage_confirm(actor=city.manager, log_id=log.pk, now=clock.now())


def test_who_made_the_key_before_is_no_second_person_either(city, device, booking, clock):
    device.send("start", person=city.researcher.public_id)
    clock.move(timedelta(hours=1))
    device.send("stop")
    log = UsageLog.objects.get()
    device_key_make(actor=city.manager, instrument_id=city.instrument.pk, now=clock.now())
    with pytest.raises(OwnKey):
        usage_confirm(actor=city.keeper, log_id=log.pk, now=clock.now())
    usage_confirm(actor=city.manager, log_id=log.pk, now=clock.now())


def test_key_ends_with_the_role_of_who_made_it(city, device, booking, clock):
    kept = DeviceEvent.objects
    role = city.keeper.memberships.get(organization=city.owner)
    membership_end(actor=city.manager, membership_id=role.pk, reason="调离", now=clock.now())
    body = json.dumps(
        {"kind": "start", "at": clock.now().isoformat(), "sequence": 1, "code": code_of(booking)}
    )
    answer = device.post(body, sign(device.secret, clock.now(), body))
    assert (answer.status_code, answer.json()["code"], kept.count()) == (403, "device.not_signed", 0)
    assert (device_keys_end_due(clock.now()), device_keys_end_due(clock.now())) == (1, 0)
    told = Notification.objects.filter(user=city.manager, path__endswith="/device/").get()
    assert told.params["person"] == city.keeper.name
    entry = AuditEntry.objects.get(action="device.key_revoked")
    assert (entry.actor, entry.subject_id) == (None, device.row.public_id)


def test_key_stays_while_its_maker_looks_after_the_instrument_or_the_unit_rests(city, device, clock):
    city.instrument.keeper_links.all().delete()
    factories.member(city.owner, Role.UNIT_MANAGER, city.keeper)
    city.owner.state = OrganizationState.SUSPENDED
    city.owner.save()
    assert device_keys_end_due(clock.now()) == 0
    assert device.send("heartbeat")["recorded"]


def test_staff_operated_use_is_operated_by_whoever_answers_for_the_device(city, device, clock):
    booking = book(city, slot(hour=9, length=1), service_mode=ServiceMode.OPERATED)
    clock.set(booking.starts_at)
    device.send("start", code=code_of(booking))
    clock.move(30 * MINUTE)
    device.send("stop")
    assert UsageLog.objects.get().operator == city.keeper


def test_repeated_event_gets_the_same_answer_and_does_nothing_twice(device, booking, clock):
    first = device.send("start", code=code_of(booking))
    assert device.again() == first
    clock.move(timedelta(hours=1))
    assert device.again() == first
    stopped = device.send("stop")
    clock.move(10 * MINUTE)
    assert device.again() == stopped
    assert (UsageLog.objects.count(), DeviceEvent.objects.count()) == (1, 2)


def test_start_is_refused_as_check_in_refuses_it(city, device, booking, clock):
    clock.set(booking.starts_at - 16 * MINUTE)
    early = device.send("start", code=code_of(booking))
    assert (early["may_start"], early["recorded"], early["code"]) == (False, False, "booking.too_early")
    assert early["detail"]
    clock.set(booking.starts_at)
    assert device.send("start", code="000000")["code"] == "device.no_booking"
    assert device.send("start")["code"] == "device.no_booking"
    assert device.send("start", person=city.keeper.public_id)["code"] == "device.no_booking"
    booking.refresh_from_db()
    assert booking.state == "approved"
    assert not AuditEntry.objects.filter(action="booking.checked_in").exists()


def test_second_person_may_not_start_while_the_first_is_there(city, device, booking, clock):
    second = book(city, slot(hour=11, length=1), payer=False)
    device.send("start", code=code_of(booking))
    clock.set(second.starts_at)
    assert device.send("start", code=code_of(second))["code"] == "booking.still_in_use"
    assert device.send("start", code=code_of(booking))["may_start"]
    device.send("stop", code=code_of(booking))
    assert device.send("start", code=code_of(second))["may_start"]


def test_nobody_starts_where_the_unit_is_suspended(city, device, booking):
    city.owner.state = OrganizationState.SUSPENDED
    city.owner.save()
    assert device.send("start", code=code_of(booking))["code"] == "device.out_of_service"


def test_events_that_arrive_late_count_by_their_own_time(device, booking, clock):
    clock.set(booking.starts_at + 20 * MINUTE)
    device.send("start", at=booking.starts_at, code=code_of(booking))
    clock.set(booking.starts_at + 200 * MINUTE)
    device.send("stop", at=booking.starts_at + 90 * MINUTE)
    log = UsageLog.objects.get()
    assert (log.starts_at, log.ends_at) == (booking.starts_at, booking.starts_at + 90 * MINUTE)


def test_time_ahead_of_the_platform_counts_as_now(device, booking, clock):
    device.send("start", at=booking.starts_at + 3 * MINUTE, code=code_of(booking))
    booking.refresh_from_db()
    assert booking.checked_in_at == booking.starts_at


def test_use_of_a_booking_that_was_given_up_is_told_to_the_keepers(city, device, booking, clock):
    clock.set(booking.starts_at + 31 * MINUTE)
    bookings_no_show_due(clock.now())
    assert device.send("start", at=booking.starts_at, code=code_of(booking))["code"] == "device.no_booking"
    told = Notification.objects.filter(user=city.keeper)
    before = told.count()
    answer = device.send("stop", at=booking.starts_at + 30 * MINUTE, code=code_of(booking))
    assert (answer["recorded"], answer["code"]) == (False, "device.nothing_runs")
    assert told.count() == before + 1
    assert not UsageLog.objects.exists()


def test_stop_after_the_keeper_has_checked_out_is_recorded_once(city, device, booking, clock):
    device.send("start", code=code_of(booking))
    clock.move(timedelta(hours=1))
    log = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=clock.now())
    stopped = device.send("stop", code=code_of(booking))
    assert (stopped["recorded"], stopped["code"]) == (True, "device.ended_already")
    assert stopped["log"] == log.public_id
    assert UsageLog.objects.count() == 1


@pytest.mark.parametrize("seconds", [5, 300])
def test_stop_that_comes_late_ends_nothing_that_began_after_it(city, device, booking, clock, seconds):
    following = book(city, slot(hour=11, length=2))
    device.send("start", code=code_of(booking))
    clock.move(timedelta(minutes=110))
    left_at = clock.now()
    clock.move(timedelta(seconds=seconds))
    booking_check_out(actor=city.keeper, booking_id=booking.pk, ends_at=left_at, now=clock.now())
    booking_check_in(actor=city.keeper, booking_id=following.pk, now=clock.now())
    stopped = device.send("stop", at=left_at)
    assert (stopped["code"], stopped["booking"]) == ("device.ended_already", booking.public_id)
    following.refresh_from_db()
    assert following.state == "in_use"
    assert not Notification.objects.filter(path__endswith="/device/").exists()


def test_refused_start_is_not_ended_by_the_use_before_it(city, device, booking, clock):
    device.send("start", code=code_of(booking))
    clock.move(timedelta(hours=1))
    device.send("stop")
    assert not device.send("start", code="000000")["recorded"]
    assert device.send("stop")["code"] == "device.nothing_runs"


def test_person_whom_the_keeper_checked_in_may_go_on_and_is_checked_out(city, device, booking, clock):
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=clock.now())
    assert device.send("start", code=code_of(booking))["may_start"]
    clock.move(timedelta(hours=1))
    assert device.send("stop", person=city.keeper.public_id)["code"] == "device.nothing_runs"
    assert device.send("stop")["recorded"]


def test_sequence_leaves_no_gap_and_no_number_twice(device, booking):
    device.send("start", code=code_of(booking))
    for sequence, code in ((3, "device.sequence_gap"), (1, "device.sequence_reused")):
        body = json.dumps({"kind": "stop", "at": booking.starts_at.isoformat(), "sequence": sequence})
        answer = device.post(body, sign(device.secret, device.clock.now(), body))
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert device.send("heartbeat")["next_sequence"] == 2


def test_heartbeat_that_is_sent_again_makes_the_device_no_younger(device, clock):
    assert device.send("heartbeat")["recorded"]
    clock.move(4 * MINUTE)
    device.again()
    device.row.refresh_from_db()
    assert device.row.last_heard_at == NOW
    assert not DeviceEvent.objects.exists()


def test_fault_is_told_to_the_keepers(city, device):
    assert device.send("fault", detail="真空泵停转")["recorded"]
    told = Notification.objects.filter(user=city.keeper).latest("id")
    assert told.params["detail"] == "真空泵停转"
    assert AuditEntry.objects.filter(action="device.faulted", actor=None).count() == 1


def test_fault_without_words_is_told_all_the_same(city, device, see):
    assert device.send("fault", detail=" ")["recorded"]
    told = Notification.objects.filter(user=city.keeper).latest("id")
    assert (told.message, "detail" in told.params) == (FAULT_UNEXPLAINED, False)
    assert "上机终端未说明故障情况。" in see(city.keeper, "instrument_notes").content.decode()


def test_fault_is_told_to_the_managers_where_there_is_no_keeper(city, device):
    Device.objects.update(made_by=city.manager)
    Keeper.objects.filter(instrument=city.instrument).delete()
    assert device.send("fault", detail="真空泵停转")["recorded"]
    assert Notification.objects.get(user=city.manager).params["detail"] == "真空泵停转"


def test_message_is_refused_unless_its_signature_is_of_now(city, device, clock):
    body = json.dumps({"kind": "heartbeat", "at": NOW.isoformat()})
    good = sign(device.secret, NOW, body)
    assert device.post(body, good).status_code == 200
    refused = [(body + " ", good), (body, sign("another", NOW, body)), (body, "t=1,v1=x"), (body, "")]
    assert {device.post(*one).json()["code"] for one in refused} == {"device.not_signed"}
    clock.move(5 * MINUTE + timedelta(seconds=1))
    assert device.post(body, good).json()["code"] == "device.clock_wrong"
    assert device.post(body, sign(device.secret, clock.now(), body)).status_code == 200


def test_message_without_a_signature_is_told_which_header_is_missing(device):
    """It was told to log in, or to send a personal token."""
    answer = device.client.post(f"/api/v1/devices/{device.row.public_id}/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication.missing")
    assert answer.json()["detail"] == "缺少请求头 X-Instrument-Share-Signature，请用设备密钥对消息签名。"
    assert "WWW-Authenticate" not in answer


def test_number_with_a_character_that_no_text_has_is_refused(device):
    """PostgreSQL takes no NUL: the answer was a failure of the server."""
    address = f"/api/v1/devices/{device.row.public_id}%00/events"
    signed = {HEADER: sign(device.secret, NOW, "{}")}
    answer = device.client.post(address, "{}", content_type="application/json", headers=signed)
    assert (answer.status_code, answer.json()["code"]) == (403, "device.not_signed")


def test_message_that_is_no_event_is_refused(device, clock):
    numbered = ({"kind": kind, "sequence": 1} for kind in ("heartbeat", "explode"))
    for values in ({"kind": "start"}, *numbered):
        body = json.dumps({"at": NOW.isoformat(), **values})
        assert device.post(body, sign(device.secret, NOW, body)).status_code == 422


def test_new_or_revoked_key_ends_the_one_before_and_numbers_go_on(city, device, booking, clock):
    device.send("start", code=code_of(booking))
    old = device.secret
    body = json.dumps({"kind": "heartbeat", "at": clock.now().isoformat()})
    again = TestDevice(city, device.client, clock)
    assert again.row == device.row
    assert device.post(body, sign(old, clock.now(), body)).status_code == 403
    assert again.send("heartbeat")["next_sequence"] == 2
    device_key_revoke(actor=city.manager, instrument_id=city.instrument.pk, now=clock.now())
    assert device.post(body, sign(again.secret, clock.now(), body)).status_code == 403


def test_keeper_and_manager_make_keys_and_nobody_else(city):
    for actor in (city.keeper, city.manager):
        device_key_make(actor=actor, instrument_id=city.instrument.pk, now=NOW)
    for actor in (city.researcher, factories.user()):
        with pytest.raises(Forbidden):
            device_key_make(actor=actor, instrument_id=city.instrument.pk, now=NOW)
