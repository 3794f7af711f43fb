"""A use that was granted before is judged by the hours of the version that granted it."""

from datetime import date, timedelta

import pytest

from bookings.requests.models import Booking
from bookings.requests.services.holidays import holidays_set
from bookings.requests.services.rules import rule_withdraw
from bookings.usage.selectors.yearly import usage_of_year
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_log_by_hand
from providers.terms.domain.choices import DayKind, HolidayTreatment, ServiceMode
from providers.terms.domain.special_days import Day, published_days
from providers.terms.models import OpenWindow
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
THURSDAY = Day(date(2026, 3, 5), DayKind.HOLIDAY, "庆典日")


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


def make_thursday_a_holiday(now):
    holidays_set(actor=None, year=2026, days=[*published_days(2026), THURSDAY], source="通知", now=now)


def test_use_granted_before_its_day_became_a_public_holiday_is_inside_hours(city):
    put_in_force(city, hours(holidays=HolidayTreatment.CLOSED), day=2)
    interval = slot(day=3, hour=17)
    booking = book(city, interval)
    make_thursday_a_holiday(NOW + timedelta(hours=1))
    assert not OpenWindow.objects.filter(starts_at__lt=interval.end, ends_at__gt=interval.start).exists()
    use(city, booking, interval)
    assert inside() == [7200]


def test_use_booked_past_admission_on_a_day_known_as_a_holiday_is_outside_hours(city):
    put_in_force(city, hours(holidays=HolidayTreatment.CLOSED), day=2)
    interval = slot(day=3, hour=17)
    booking = book(city, interval)
    make_thursday_a_holiday(NOW + timedelta(hours=1))
    Booking.objects.filter(pk=booking.pk).update(requested_at=NOW + timedelta(hours=2))
    use(city, booking, interval)
    assert inside() == [0]


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


def test_use_granted_before_its_hours_were_cut_is_wholly_inside_them(city):
    interval = slot(day=3, hour=17)
    booking = book(city, interval)
    put_in_force(city, hours(closes=18), day=2, outcomes={booking.public_id: "keep"})
    use(city, booking, interval)
    assert inside() == [7200]
