"""A use that was granted before is judged by the hours of the version that granted it."""

import pytest

from bookings.requests.services.rules import rule_withdraw
from bookings.usage.selectors.yearly import usage_of_year
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_log_by_hand
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """Open every day from 08:00 to 20:00."""
    made = factories.city()
    put_in_force(made, hours())
    return made


def use(city, booking, interval):
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=interval.start)
    booking_check_out(actor=city.keeper, booking_id=booking.pk, now=interval.end)


def inside(year=2026):
    return [row["inside_windows_seconds"] for row in usage_of_year(year)]


def test_use_that_was_granted_is_inside_hours_after_a_narrower_version(city):
    interval = slot(day=3, hour=17)
    booking = book(city, interval)
    put_in_force(city, hours(closes=16), day=2, outcomes={booking.public_id: "keep"})
    use(city, booking, interval)
    assert inside() == [7200]


def test_use_granted_by_a_version_withdrawn_since_is_inside_hours(city):
    rule = put_in_force(city, hours(closes=23), day=2)
    interval = slot(day=3, hour=21)
    booking = book(city, interval)
    rule_withdraw(
        actor=city.manager,
        rule_id=rule.pk,
        reason="时间有误",
        now=NOW,
        outcomes={booking.public_id: "keep"},
    )
    use(city, booking, interval)
    assert inside() == [7200]


def test_use_that_nothing_granted_is_outside_every_window(city):
    put_in_force(city, hours(closes=16), day=2)
    interval = slot(day=3, hour=17)
    usage_log_by_hand(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=interval,
        user=city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="断口观察",
        now=interval.end,
    )
    assert inside() == [0]
