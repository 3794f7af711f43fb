"""Two keepers enter hours by hand at the same moment, on instruments that were booked together."""

import pytest
from django.db import connection

from bookings.requests.models import Booking
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.models import UsageLog
from providers.instruments.models import InstrumentLink, Keeper
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import MINUTES, book
from tests.bookings.usage import race
from tests.factories import slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)


def test_hours_on_linked_instruments_take_a_no_show_back_one_after_the_other(process_environment):
    """Each keeper locked their own instrument first, and then waited for that of the other: a deadlock."""
    city, time = factories.city(), slot(day=1)
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    Keeper.objects.create(instrument=second, user=city.keeper)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    book(city, time)
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
