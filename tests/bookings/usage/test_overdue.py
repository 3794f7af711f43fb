"""Uses that nobody checks out: who is reminded, and what can still be recorded long after."""

from datetime import timedelta
from functools import partial

import pytest

from bookings.requests.services.notifications import USE_OVERDUE, YOUR_USE_OVERDUE
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.automatic import uses_remind_due
from instrument_share.journal.models import Notification
from instrument_share.journal.selectors import history
from tests.bookings.requests.booking import book, codes
from tests.factories import slot

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def running(city):
    booking = book(city, slot(hour=9, length=2))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    booking.refresh_from_db()
    return booking


def told():
    found = Notification.objects.filter(message__in=(USE_OVERDUE, YOUR_USE_OVERDUE))
    return sorted((one.user.pk, one.message, one.is_urgent) for one in found)


def test_user_and_keepers_are_reminded_once_a_day_until_check_out(city, running):
    assert uses_remind_due(running.ends_at + 29 * MINUTE) == 0
    first = running.ends_at + 30 * MINUTE
    assert (uses_remind_due(first), uses_remind_due(first + 15 * MINUTE)) == (1, 0)
    assert told() == sorted(
        [(city.researcher.pk, YOUR_USE_OVERDUE, True), (city.keeper.pk, USE_OVERDUE, True)]
    )
    entry = list(history(running))[-1]
    assert (entry.action, entry.actor, entry.details["until"]) == (
        "booking.overdue",
        None,
        running.ends_at.isoformat(),
    )
    assert uses_remind_due(first + DAY) == 1
    booking_check_out(actor=city.keeper, booking_id=running.pk, now=first + DAY)
    assert uses_remind_due(first + 2 * DAY) == 0


def test_end_that_was_moved_after_a_reminder_is_reminded_of_anew(running):
    first = running.ends_at + 30 * MINUTE
    uses_remind_due(first)
    running.ends_at = running.held_until = first + 60 * MINUTE
    running.save(update_fields=["ends_at", "held_until"])
    assert uses_remind_due(first + 60 * MINUTE) == 0
    assert uses_remind_due(first + 90 * MINUTE) == 1


def test_nobody_who_need_not_come_is_reminded_of_samples(city, running):
    running.planned_by_unit = True
    running.save(update_fields=["planned_by_unit"])
    uses_remind_due(running.ends_at + DAY)
    assert [user for user, _, _ in told()] == [city.keeper.pk]


def test_time_past_the_booked_end_is_recorded_as_long_as_it_could_be_entered_by_hand(city, running):
    out = partial(booking_check_out, actor=city.keeper, booking_id=running.pk)
    late = running.ends_at + 92 * DAY + MINUTE
    with pytest.raises(UsageRefused) as refused:
        out(now=late, ends_at=running.ends_at + MINUTE)
    assert codes(refused) == ["usage.overdue_too_long"]
    log = out(now=late)
    assert (log.starts_at, log.ends_at) == (running.starts_at, running.ends_at)


def test_use_that_began_after_its_booked_end_and_was_forgotten_records_no_hours(city, running):
    running.checked_in_at = running.ends_at + DAY
    running.save(update_fields=["checked_in_at"])
    late = running.checked_in_at + 92 * DAY
    log = booking_check_out(actor=city.keeper, booking_id=running.pk, now=late + MINUTE)
    assert log.effective_seconds == 1


def test_page_proposes_the_booked_end_of_a_use_that_was_forgotten(city, running, see):
    page = see(city.keeper, "booking_check_out", running.public_id, now=running.ends_at + 200 * DAY)
    assert page.context["use"].time.end == running.ends_at
