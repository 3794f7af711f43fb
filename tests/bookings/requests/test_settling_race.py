"""Decisions that settle bookings of several instruments, made at the moment of others about the same ones."""

import pytest
from django.db import connection

from bookings.requests.models import Booking, NextFree
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from providers.instruments.models import InstrumentLink, Keeper
from providers.terms.domain.choices import ServiceMode
from providers.terms.models import Closure
from tests import factories
from tests.bookings.requests import race
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    """The city's instrument can't be booked without a second one."""
    city = factories.city()
    city.second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(city.second)
    factories.windows(city.second)
    Keeper.objects.create(instrument=city.second, user=city.keeper)
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.second)
    next_free_rebuild(NOW)
    return city


@pytest.fixture
def close_both(city, process_environment):
    """A closure of the first instrument moves a booking to another day; on that day the second is closed."""
    booking = book(city, slot(day=1))
    connection.close()
    common = {"actor_id": city.keeper.pk, "reason_zh": "检修", "now": NOW}
    moves = {
        **common,
        "instrument_id": city.instrument.pk,
        "interval": slot(day=1),
        "outcomes": {booking.public_id: slot(day=2)},
    }
    closes = {**common, "instrument_id": city.second.pk, "interval": slot(day=2)}

    def together(*, locked):
        outcomes = in_two_processes(
            process_environment,
            (race.move_by_closure, {"locked": locked, **moves}),
            (race.close_meanwhile, {"locked": locked, **closes}),
        )
        prepared = Booking.objects.get(instrument=city.second)
        closed = Closure.objects.filter(instrument=city.second, starts_at=prepared.starts_at)
        return outcomes, closed.exists()

    return together


def test_locking_one_instrument_lets_booking_move_into_closure(close_both):
    assert close_both(locked=False) == (["closure_place", "closure_place"], True)


def test_locking_both_instruments_asks_about_moved_booking(close_both):
    assert close_both(locked=True) == (["closure_place", "ClosureHitsBookings"], False)


def test_ending_role_and_booking_same_instruments_are_serialized(city, process_environment):
    """The keeper of the second has booked the first; locked one after the other, that ends as a deadlock."""
    leaving = factories.member(city.owner, Role.KEEPER, name="辛")
    Keeper.objects.create(instrument=city.second, user=leaving)
    asked = {"service_mode": ServiceMode.SELF_OPERATED, "subject": "样品", "now": NOW}
    InstrumentLink.objects.all().delete()
    own = book(city, slot(day=1), actor=leaving, payer_organization_id=city.owner.pk)
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.second)
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (
            race.dismiss_slowly,
            {
                "actor_id": city.manager.pk,
                "membership_id": Membership.objects.get(user=leaving).pk,
                "reason": "离职",
                "now": NOW,
            },
        ),
        (
            race.book_meanwhile,
            {
                "actor_id": city.researcher.pk,
                "instrument_id": city.instrument.pk,
                "interval": slot(day=2),
                "payer_organization_id": city.company.pk,
                **asked,
            },
        ),
    )
    assert outcomes == ["membership_end", "booking_create"]
    own.refresh_from_db()
    assert own.state == "cancelled"


@pytest.fixture
def free_after(process_environment):
    """When the instrument is next free, once it was worked out while somebody booked its first two hours."""
    city = factories.city()
    next_free_rebuild(NOW)
    connection.close()
    facts = {
        "actor_id": city.researcher.pk,
        "instrument_id": city.instrument.pk,
        "interval": slot(day=0, hour=8),
        "payer_organization_id": city.company.pk,
        "service_mode": ServiceMode.SELF_OPERATED,
        "subject": "样品",
        "now": NOW,
    }

    def together(*, locked):
        outcomes = in_two_processes(
            process_environment,
            (race.look_round_slowly, {"locked": locked, "now": NOW}),
            (race.book_meanwhile, facts),
        )
        assert outcomes == ["done", "booking_create"]
        return NextFree.objects.get(instrument=city.instrument).at

    return together


def test_without_lock_booked_time_is_reported_free(free_after):
    assert free_after(locked=False) == slot(day=0, hour=8).start


def test_with_lock_next_free_follows_concurrent_booking(free_after):
    assert free_after(locked=True) == slot(day=0, hour=10).start
