"""Two keepers enter hours by hand at the same moment, on instruments that were booked together."""

import pytest
from django.db import connection, transaction

from bookings.requests.models import Booking
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.models import UsageLog
from bookings.usage.services.usage import by_hand_locks
from providers.instruments.models import InstrumentLink, Keeper
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import MINUTES, book
from tests.bookings.usage import race
from tests.factories import slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)


def book_two_linked(time):
    """A booking of two instruments, of both of which the keeper takes care."""
    city = factories.city()
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    Keeper.objects.create(instrument=second, user=city.keeper)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    book(city, time)
    return city, second


def test_what_may_become_a_no_show_is_locked_with_what_is_booked_together():
    """The clock may mark it between reading and locking; the other one was locked out of order then."""
    time = slot(day=1)
    city, second = book_two_linked(time)
    with transaction.atomic():
        locked = by_hand_locks([second.pk], time.start + 30 * MINUTES)
        before = by_hand_locks([second.pk], time.start - MINUTES)
    assert locked.keys() == {city.instrument.pk, second.pk}
    assert before.keys() == {second.pk}


def test_hours_on_linked_instruments_take_a_no_show_back_one_after_the_other(process_environment):
    """Each keeper locked their own instrument first, and then waited for that of the other: a deadlock."""
    time = slot(day=1)
    city, second = book_two_linked(time)
    bookings_no_show_due(time.start + 30 * MINUTES)
    assert set(Booking.objects.values_list("state", flat=True)) == {"no_show"}
    connection.close()
    facts = {
        "actor_id": city.keeper.pk,
        "user_id": city.researcher.pk,
        "interval": time,
        "payer_organization_id": city.company.pk,
        "service_mode": ServiceMode.OPERATED,
        "content": "断口观察",
        "now": time.end + 30 * MINUTES,
    }
    outcomes = in_two_processes(
        process_environment,
        (race.log_slowly, {**facts, "instrument_id": city.instrument.pk}),
        (race.log_meanwhile, {**facts, "instrument_id": second.pk}),
    )
    assert outcomes == ["usage_log_by_hand"] * 2
    assert UsageLog.objects.count() == 2
    assert set(Booking.objects.values_list("checked_in_at", "charged_yuan")) == {(time.start, 0)}
