"""The page of a device, and the code by which somebody is checked in and out."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
import segno
from django.conf import settings

from bookings.devices import views
from bookings.devices.models import Device
from bookings.requests.keys import get_check_in_code
from bookings.requests.models import Booking
from bookings.usage.services.attendance import booking_check_in
from tests import factories
from tests.bookings.devices.signing import TestDevice
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def texts(page):
    return unescape(page.content.decode())


@pytest.fixture
def booking(city):
    return book(city, slot(day=0, hour=9, length=2))


def test_form_of_a_key_sent_twice_shows_one_key_again_for_minutes(city, see, send):
    address = city.instrument.public_id

    def make(person, generation):
        made = texts(send(person, "instrument_device", address, generation=generation))
        assert f'name="generation" value="{Device.objects.get().generation}"' in made
        return re.findall(r"<code>([^<]+)</code>", made)[1]

    assert 'name="generation" value="0"' in texts(see(city.keeper, "instrument_device", address))
    first = make(city.keeper, 0)
    assert make(city.keeper, 0) == first
    assert Device.objects.get().generation == 1
    assert make(city.manager, 0) != first
    second = make(city.manager, 2)
    Device.objects.update(made_at=NOW - timedelta(minutes=6))
    assert make(city.manager, 2) != second


def test_key_is_shown_once_and_ends_when_it_is_revoked(city, see, send):
    address = city.instrument.public_id
    assert "尚未上线" not in texts(see(city.keeper, "instrument_device", address))
    made = send(city.keeper, "instrument_device", address)
    assert made.status_code == 201
    secret = re.findall(r"<code>([^<]+)</code>", texts(made))[1]
    page = texts(see(city.manager, "instrument_device", address))
    assert secret not in page
    assert "尚未上线" in page
    assert send(city.manager, "device_revoke", address).status_code == 302
    assert Device.objects.get().revoked_at == NOW
    assert "已吊销" in texts(see(city.keeper, "instrument_device", address))
    assert see(city.researcher, "instrument_device", address).status_code == 403


def test_code_on_the_users_page_leads_the_keeper_to_check_in_and_out(city, booking, see):
    code = get_check_in_code(booking)
    page = texts(see(city.researcher, "booking", booking.public_id))
    assert f'<p class="code">{code}</p>' in page
    path = f"/bookings/{booking.public_id}/arrival/{code}/"
    drawn = segno.make(settings.SITE_URL + path, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    assert unquote(drawn) in unquote(page)
    arrival = (city.keeper, "booking_arrival", booking.public_id, code)
    early = texts(see(*arrival, now=booking.starts_at - 16 * MINUTE))
    assert "08:45" in early
    assert "/check-in/" not in early
    assert "/check-in/" in texts(see(*arrival, now=booking.starts_at))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    assert "/check-out/?next=/keeper/" in texts(see(*arrival, now=booking.ends_at))
    assert code in texts(see(city.researcher, "booking", booking.public_id))


def test_code_of_another_booking_leads_nowhere(city, booking, see):
    wrong = get_check_in_code(Booking(public_id="BKG-0000000000", user=booking.user))
    assert see(city.keeper, "booking_arrival", booking.public_id, wrong).status_code == 404
    code = get_check_in_code(booking)
    own = see(city.researcher, "booking_arrival", booking.public_id, code)
    assert own.url == f"/bookings/{booking.public_id}/"
    assert see(factories.user(), "booking_arrival", booking.public_id, code).status_code == 404


def test_typed_code_finds_who_comes_today(city, booking, see):
    code = get_check_in_code(booking)
    found = see(city.keeper, "arrival_find", code=f" {code.lower()} ")
    assert found.url == f"/bookings/{booking.public_id}/arrival/{code}/"
    assert see(city.keeper, "arrival_find", code="000000").url == "/keeper/"
    assert "000000" in texts(see(city.keeper, "keeper"))
    another_day = book(city, slot(day=2))
    assert see(city.keeper, "arrival_find", code=get_check_in_code(another_day)).url == "/keeper/"
    assert see(city.researcher, "arrival_find", code=code).status_code == 403


def test_typed_code_finds_who_comes_just_before_midnight(city, see):
    factories.windows(city.instrument, first=slot(day=1, hour=0).start, length=timedelta(hours=4))
    booking = book(city, slot(day=1, hour=0))
    code = get_check_in_code(booking)
    for minutes, is_found in ((16, False), (15, True)):
        now = booking.starts_at - minutes * MINUTE
        found = see(city.keeper, "arrival_find", code=code, now=now)
        assert found.url.startswith(f"/bookings/{booking.public_id}/") == is_found


def test_history_names_the_device(city, booking, see, client, clock):
    clock.set(booking.starts_at)
    device = TestDevice(city, client, clock)
    device.send("start", code=get_check_in_code(booking))
    assert f"终端 {device.row.public_id}" in texts(see(city.keeper, "booking", booking.public_id))
    page = texts(see(city.keeper, "instrument_device", city.instrument.public_id))
    assert "上机开始" in page
    assert booking.user.name in page


def test_what_a_device_reported_long_ago_is_on_a_later_page(city, booking, see, client, clock, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 1)
    clock.set(booking.starts_at)
    device = TestDevice(city, client, clock)
    device.send("fault", detail="真空不足")
    device.send("fault", detail="灯丝断裂")
    first = see(city.keeper, "instrument_device", city.instrument.public_id)
    assert [one.detail for one in first.context["events"].items] == ["灯丝断裂"]
    after = {"events": first.context["events"].next_cursor}
    later = see(city.keeper, "instrument_device", city.instrument.public_id, **after)
    assert [one.detail for one in later.context["events"].items] == ["真空不足"]
