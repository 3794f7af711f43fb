"""Several processes book the same hour at the same moment, on the engine that this run tests.

First with the lock and the database's own refusal off, and nothing else changed: the hour is sold several
times. Then with either of them on, and with both: exactly one booking, whoever was first.
"""

from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection

from bookings import guards
from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests import race
from tests.factories import NOW, slot
from tests.processes import forking, in_two_processes

PROCESSES = 4
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(process_environment, monkeypatch):
    """Lets everybody book the same slot and counts what came of it."""
    city = factories.city(turnaround_minutes=15)
    bookers = [factories.member(city.company, name="甲").pk for _ in range(PROCESSES)]
    next_free_rebuild(NOW)
    connection.close()
    facts = {
        "instrument_id": city.instrument.pk,
        "interval": slot(),
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk,
        "subject": "二氧化钛薄膜",
        "now": NOW,
    }

    def together(*, locked):
        context = forking(process_environment)
        ready, seam, results = context.Barrier(PROCESSES), context.Barrier(PROCESSES), context.Queue()
        processes = [
            context.Process(
                target=race.take_part,
                args=(ready, seam, results),
                kwargs={
                    "environment": process_environment,
                    "locked": locked,
                    "booker_id": booker,
                    "facts": facts,
                },
            )
            for booker in bookers
        ]
        for process in processes:
            process.start()
        outcomes = Counter(results.get(timeout=120) for _ in processes)
        for process in processes:
            process.join(60)
        assert outcomes["booked"] == Booking.objects.count()
        return outcomes

    return together


@contextmanager
def refusal_off():
    """The database without its own refusal of overlaps; what was booked meanwhile is removed again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT booking_no_overlap")
        for guard in guards.NO_OVERLAP:
            guard.drop(connection)
        connection.close()
    yield
    Booking.objects.all().delete()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(guards.EXCLUSION)
    for guard in guards.NO_OVERLAP:
        guard.create(connection)


def test_without_lock_and_constraint_hour_is_double_booked(run):
    with refusal_off():
        assert run(locked=False)["booked"] > 1


def test_lock_alone_admits_one_booking(run):
    with refusal_off():
        assert run(locked=True) == {"booked": 1, "SlotTaken": PROCESSES - 1}


def test_database_constraint_alone_admits_one_booking(run):
    outcomes = run(locked=False)
    assert outcomes["booked"] == 1
    # Without the lock PostgreSQL may also end a burst as a deadlock; that is why the lock comes first.
    assert set(outcomes) <= {"booked", "SlotTaken", "OperationalError"}


def test_with_lock_and_constraint_others_get_conflict(run):
    assert run(locked=True) == {"booked": 1, "SlotTaken": PROCESSES - 1}


@pytest.fixture
def run_against_the_end_of_a_membership(process_environment):
    """Somebody books for a company at the moment at which it dismisses them: what the booking comes to."""
    city = factories.city()
    admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    membership = Membership.objects.get(user=city.researcher, organization=city.company)
    next_free_rebuild(NOW)
    connection.close()
    facts = {
        "instrument_id": city.instrument.pk,
        "interval": slot(),
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk,
        "subject": "二氧化钛薄膜",
        "now": NOW,
    }

    def together(*, locked):
        booker = {"locked": locked, "booker_id": city.researcher.pk, "facts": facts}
        other = {"actor_id": admin.pk, "membership_id": membership.pk, "now": NOW}
        outcomes = in_two_processes(process_environment, (race.linger, booker), (race.dismiss, other))
        assert outcomes == ["booked", "ended"]
        return [*Booking.objects.values_list("state", flat=True)]

    return together


def test_without_lock_booking_outlives_ended_membership(
    run_against_the_end_of_a_membership,
):
    assert run_against_the_end_of_a_membership(locked=False) == ["approved"]


def test_with_lock_ending_membership_cancels_booking(run_against_the_end_of_a_membership):
    assert run_against_the_end_of_a_membership(locked=True) == ["cancelled"]
