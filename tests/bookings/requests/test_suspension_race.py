"""Somebody books on an instrument at the moment at which its unit is suspended, on both engines."""

import pytest
from django.db import connection

from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests import race
from tests.factories import NOW, slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parties():
    """What the booker and the bureau's officer want."""
    city = factories.city()
    officer = factories.officer()
    next_free_rebuild(NOW)
    connection.close()
    booking = {
        "instrument_id": city.instrument.pk,
        "interval": slot(),
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk,
        "subject": "二氧化钛薄膜",
        "now": NOW,
    }
    suspension = {
        "actor_id": officer.pk,
        "organization_id": city.owner.pk,
        "reason": "安全事故",
        "now": NOW,
    }
    return city.researcher.pk, booking, suspension


@pytest.fixture
def book_while_suspending(process_environment, parties):
    """The suspension holds its locks; the booking waits for them."""
    booker_id, booking, suspension = parties

    def together(*, guarded):
        return in_two_processes(
            process_environment,
            (race.suspend_slowly, suspension),
            (race.book_at_unit, {"guarded": guarded, "actor_id": booker_id, **booking}),
        )

    return together


@pytest.fixture
def suspend_while_booking(process_environment, parties):
    """The booking stands between its check and its write; the suspension comes meanwhile."""
    booker_id, booking, suspension = parties

    def together(*, locked):
        booker = {"locked": locked, "booker_id": booker_id, "facts": booking}
        outcomes = in_two_processes(
            process_environment, (race.linger, booker), (race.suspend_meanwhile, suspension)
        )
        assert outcomes == ["booked", "organization_suspend"]
        return list(Booking.objects.values_list("state", flat=True))

    return together


def test_without_check_of_the_unit_an_instrument_is_booked_after_its_suspension(book_while_suspending):
    assert book_while_suspending(guarded=False) == ["organization_suspend", "booking_create"]
    assert list(Booking.objects.values_list("state", flat=True)) == ["approved"]


def test_booking_that_waited_for_the_suspension_is_refused(book_while_suspending):
    assert book_while_suspending(guarded=True) == ["organization_suspend", "BookingRefused"]
    assert not Booking.objects.exists()


def test_without_lock_booking_outlives_the_suspension(suspend_while_booking):
    assert suspend_while_booking(locked=False) == ["approved"]


def test_with_lock_the_suspension_cancels_the_booking(suspend_while_booking):
    assert suspend_while_booking(locked=True) == ["cancelled"]
