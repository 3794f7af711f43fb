"""Who could not be checked in because the platform was interrupted is not blamed for it."""

from datetime import timedelta

import pytest

from bookings.requests.models import CreditEvent
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.requests.services.notifications import CANCELLED_INTERRUPTED, CANCELLED_LOCKED_OUT
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import account_lock, account_unlock
from instrument_share.jobs.registry import recurring
from instrument_share.jobs.services import (
    enqueue,
    recurring_begin,
    recurring_end,
    worker_left,
    worker_seen,
)
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.upkeep.database import is_empty
from instrument_share.web import clock
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(city):
    return book(city, slot(hour=9, length=4))


def live(first, last):
    """Let a worker be seen from the first to the last instant, as seldom as one may be."""
    while first < last:
        worker_seen("worker", first)
        first += 5 * MINUTE
    worker_seen("worker", last)


def state_of(booking):
    booking.refresh_from_db()
    return booking.state


def test_who_could_not_check_in_has_as_long_once_the_platform_is_back(city, booking):
    back = booking.starts_at + 60 * MINUTE
    live(booking.starts_at, booking.starts_at)
    live(back, back + 29 * MINUTE)
    assert bookings_no_show_due(back + 29 * MINUTE) == 0
    assert state_of(booking) == "approved"
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=back + 29 * MINUTE)
    assert bookings_no_show_due(back + 30 * MINUTE) == 0
    assert state_of(booking) == "in_use"


def test_who_does_not_come_then_either_is_not_charged_nor_blamed(city, booking):
    back = booking.starts_at + 60 * MINUTE
    live(booking.starts_at, booking.starts_at)
    live(back, back + 30 * MINUTE)
    assert bookings_no_show_due(back + 30 * MINUTE) == 0
    assert (state_of(booking), booking.charged_yuan) == ("cancelled", None)
    assert not CreditEvent.objects.exists()
    told = Notification.objects.filter(message=CANCELLED_INTERRUPTED)
    assert {one.user for one in told} == {city.researcher, city.keeper}
    assert journal.history(booking).last().actor is None


@pytest.mark.parametrize("is_locked", [True, False])
def test_whose_account_is_locked_could_not_cancel_and_is_not_charged_nor_blamed(city, booking, is_locked):
    admin = factories.member(factories.organization(), Role.SYSADMIN)
    account_lock(actor=admin, user_id=city.researcher.pk, reason="账号异常", now=NOW)
    if not is_locked:
        account_unlock(actor=admin, user_id=city.researcher.pk, now=NOW)
    assert bookings_no_show_due(booking.starts_at + 30 * MINUTE) == (0 if is_locked else 1)
    state, charge = ("cancelled", None) if is_locked else ("no_show", 400)
    assert (state_of(booking), booking.charged_yuan) == (state, charge)
    assert CreditEvent.objects.exists() is not is_locked
    told = Notification.objects.filter(message=CANCELLED_LOCKED_OUT)
    assert {one.user for one in told} == ({city.researcher, city.keeper} if is_locked else set())


def test_who_is_locked_out_only_after_the_beginning_could_have_cancelled(city, booking):
    admin = factories.member(factories.organization(), Role.SYSADMIN)
    late = booking.starts_at + MINUTE
    account_lock(actor=admin, user_id=city.researcher.pk, reason="账号异常", now=late)
    assert bookings_no_show_due(booking.starts_at + 30 * MINUTE) == 1
    assert (state_of(booking), booking.charged_yuan) == ("no_show", 400)


def test_what_ended_meanwhile_is_cancelled_at_once_also_before_a_worker_was_seen_again(city, booking):
    live(booking.starts_at, booking.starts_at)
    assert bookings_no_show_due(booking.ends_at) == 0
    assert state_of(booking) == "cancelled"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (-60, -15),  # before they can be checked in
        (30, 50),  # after they had to come
        (0, 5),  # shorter than an interruption
    ],
)
def test_another_interruption_excuses_nobody(city, booking, begin, end):
    now = booking.starts_at + 60 * MINUTE
    live(booking.starts_at - 90 * MINUTE, booking.starts_at + begin * MINUTE)
    live(booking.starts_at + end * MINUTE, now)
    assert bookings_no_show_due(now) == 1
    assert state_of(booking) == "no_show"


@pytest.fixture
def binding(city):
    """A booking of tomorrow, free to cancel until 09:00 of today."""
    booking = book(city, slot(day=2, hour=9))
    return booking, get_cancel_cost(city.researcher, booking, booking.requested_at).free_until


def test_deadline_of_free_cancelling_that_passes_in_an_interruption_leaves_half_an_hour_after_it(
    city, binding
):
    booking, deadline = binding
    back = deadline + 60 * MINUTE
    live(deadline - MINUTE, deadline - MINUTE)
    assert get_cancel_cost(city.researcher, booking, back).charge_yuan == 0
    live(back, back + 30 * MINUTE)
    cost = get_cancel_cost(city.researcher, booking, back + 30 * MINUTE)
    assert (cost.late, cost.charge_yuan, cost.free_until) == (False, 0, back + 30 * MINUTE)
    assert get_cancel_cost(city.researcher, booking, back + 31 * MINUTE).late
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=back + 30 * MINUTE)
    assert (state_of(booking), booking.late_cancel, booking.charged_yuan) == ("cancelled", False, None)
    assert not CreditEvent.objects.exists()


@pytest.mark.parametrize(("begin", "end"), [(-90, 0), (1, 60)])
def test_interruption_before_or_after_the_deadline_of_free_cancelling_moves_nothing(
    city, binding, begin, end
):
    booking, deadline = binding
    live(deadline + begin * MINUTE, deadline + begin * MINUTE)
    live(deadline + end * MINUTE, deadline + 65 * MINUTE)
    cost = get_cancel_cost(city.researcher, booking, deadline + 65 * MINUTE)
    assert (cost.late, cost.free_until) == (True, deadline)


def test_interruption_that_ends_shortly_before_the_start_leaves_free_cancelling_until_the_start(
    city, binding
):
    booking, deadline = binding
    back = booking.starts_at - 20 * MINUTE
    live(deadline - MINUTE, deadline - MINUTE)
    live(back, back)
    assert get_cancel_cost(city.researcher, booking, back).free_until == booking.starts_at


def test_who_could_not_come_cancels_as_freely_as_who_does_nothing(city, booking):
    back = booking.starts_at + 60 * MINUTE
    live(booking.starts_at, booking.starts_at)
    live(back, back + 31 * MINUTE)
    assert not get_cancel_cost(city.researcher, booking, back + 30 * MINUTE).late
    assert get_cancel_cost(city.researcher, booking, back + 31 * MINUTE).late


def test_an_interruption_is_told_in_the_journal_once(booking):
    begin, end = booking.starts_at, booking.starts_at + 90 * MINUTE
    worker_seen("first", begin)
    worker_left("first")
    worker_seen("second", begin)
    worker_seen("second", begin + 5 * MINUTE)
    assert not AuditEntry.objects.filter(action="site.interrupted").exists()
    for name in ("second", "third"):
        worker_seen(name, end)
    entry = AuditEntry.objects.get(action="site.interrupted")
    assert entry.details == {"from": (begin + 5 * MINUTE).isoformat(), "until": end.isoformat()}


def test_no_interruption_is_told_of_on_a_new_installation():
    """A backup is restored into an empty one only, and its worker may stand still before that."""
    worker_seen("first", NOW)
    worker_seen("first", NOW + 90 * MINUTE)
    assert is_empty()


@pytest.mark.usefixtures("booking")
def test_a_long_job_after_which_its_worker_ends_is_no_interruption(run_jobs):
    begin = clock.now() - timedelta(hours=1)
    worker_seen("first", begin)
    worker_left("first")
    recurring_begin(recurring()[0], begin, worker="first")
    recurring_end(recurring()[0], begin, worker="first")
    enqueue("bookings.webhooks_send")
    run_jobs()
    worker_seen("second", clock.now())
    assert not AuditEntry.objects.filter(action="site.interrupted").exists()
