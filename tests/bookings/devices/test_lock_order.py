"""Whoever needs both locks a device before its instrument, so that no two wait for each other."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.devices.services.keys import device_key_make, device_key_revoke, device_keys_end_due
from instrument_share.accounts.models import Membership
from tests.bookings.devices.signing import TestDevice
from tests.bookings.requests.booking import book
from tests.factories import slot

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other"),
]


@pytest.fixture
def device(city, client, clock):
    booking = book(city, slot(hour=9, length=2))
    clock.set(booking.starts_at)
    return TestDevice(city, client, clock)


def locked_tables(act):
    """The tables of which `act` locks rows, in the order of their first lock."""
    with CaptureQueriesContext(connection) as told:
        act()
    locks = [query["sql"] for query in told if "FOR UPDATE" in query["sql"]]
    return list(dict.fromkeys(re.findall(r'FROM "(\w+)"', sql)[0] for sql in locks))


def assert_device_first(act):
    order = locked_tables(act)
    assert order.index("bookings_device") < order.index("providers_instrument"), order


def test_events_lock_the_device_first(city, device, clock):
    assert_device_first(lambda: device.send("start", person=city.researcher.public_id))
    clock.move(timedelta(hours=1))
    assert_device_first(lambda: device.send("stop"))


@pytest.mark.parametrize("change", [device_key_make, device_key_revoke])
def test_changes_of_the_key_lock_the_device_first(city, device, clock, change):
    assert_device_first(lambda: change(actor=city.keeper, instrument_id=city.instrument.pk, now=clock.now()))


def test_the_clock_locks_the_device_first(city, device, clock):
    Membership.objects.filter(user=city.keeper).update(state="ended")
    assert_device_first(lambda: device_keys_end_due(clock.now()))
