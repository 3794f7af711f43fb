"""What becomes of bookings of instruments that were booked together, and who is told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.costs import CancelCost, get_cancel_cost
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_agree, booking_reject, requests_decide
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.requests.views.common import get_possible_actions
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from instrument_share.accounts.domain import Role
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from providers.instruments.domain.choices import InstrumentState
from providers.models import Instrument, InstrumentLink, Keeper
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
MINUTES_OF_A_WEEK = 7 * 24 * 60
MINUTE = timedelta(minutes=1)


@pytest.fixture
def city():
    """The second instrument is cancelled freely until a week before, and has a keeper of its own."""
    city = linked_city(cancel_deadline_minutes=MINUTES_OF_A_WEEK)
    city.other_keeper = factories.member(city.owner, Role.KEEPER, name="辛")
    Keeper.objects.filter(instrument=city.second).update(user=city.other_keeper)
    return city


def test_what_cancelling_costs_is_that_of_all_that_ends_with_it(city, client, clock):
    clock.set(NOW)
    booking = book(city, slot(day=3))
    cost = get_cancel_cost(city.researcher, booking, NOW)
    assert cost == CancelCost(True, Decimal("30.00"), slot(day=3).start - timedelta(days=7))
    client.force_login(city.researcher)
    address = reverse("booking_cancel", args=[booking.public_id])
    words = text_of(client.get(address))
    assert "同时预约的样品制备仪一并取消。" in words
    assert "最多收取 ¥30.00" in words
    assert "¥30.00" in text_of(client.post(address, {"late": "1"}, follow=True))
    charged = Booking.objects.order_by("pk").values_list("charged_yuan", flat=True)
    assert list(charged) == [None, Decimal("30.00")]
    assert CreditEvent.objects.count() == 1


def test_no_move_is_offered_while_a_linked_instrument_is_out_of_service(city):
    booking = book(city, slot(day=9))
    assert "move" in get_possible_actions(city.keeper, booking, NOW)
    Instrument.objects.filter(pk=city.second.pk).update(state=InstrumentState.SUSPENDED)
    assert "move" not in get_possible_actions(city.keeper, booking, NOW)
    with pytest.raises(BookingRefused):
        booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=10), now=NOW)


def test_missing_what_was_booked_together_counts_once(city):
    book(city, slot(day=3))
    assert bookings_no_show_due(slot(day=4).start) == 2
    assert set(Booking.objects.values_list("state", flat=True)) == {"no_show"}
    assert CreditEvent.objects.count() == 1


def test_who_uses_one_of_the_instruments_has_not_missed_the_other(city):
    booking = book(city, slot(day=3, length=4))
    (mate,) = get_companions(booking)
    start, out = booking.starts_at, booking.starts_at + 60 * MINUTE
    booking_check_in(actor=city.other_keeper, booking_id=mate.pk, now=start)
    assert bookings_no_show_due(start + 59 * MINUTE) == 0
    booking_check_out(actor=city.other_keeper, booking_id=mate.pk, now=out)
    assert bookings_no_show_due(out + 29 * MINUTE) == 0
    booking.refresh_from_db()
    assert booking.state == "approved"
    assert bookings_no_show_due(out + 30 * MINUTE) == 0
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan, booking.late_cancel) == ("cancelled", None, False)
    assert not CreditEvent.objects.exists()
    for person in (city.researcher, city.keeper):
        assert "what was booked with it was used" in journal.notifications(person).first().message


def test_what_is_not_needed_beside_a_use_ends_with_its_time(city):
    booking = book(city, slot(day=3))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    bookings_no_show_due(booking.ends_at)
    assert list(Booking.objects.order_by("pk").values_list("state", "charged_yuan")) == [
        ("in_use", None),
        ("cancelled", None),
    ]


@pytest.mark.parametrize("minutes", [-5, 10])
def test_what_is_not_needed_beside_a_use_is_cancelled_without_charge(city, minutes):
    booking = book(city, slot(day=3))
    (mate,) = get_companions(booking)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at - 10 * MINUTE)
    now = booking.starts_at + minutes * MINUTE
    assert not get_cancel_cost(city.researcher, mate, now).late
    assert not booking_cancel(actor=city.researcher, booking_id=mate.pk, now=now).late_cancel


def test_who_moves_apart_what_was_booked_with_a_use_has_to_come_for_it():
    city = factories.city(change_deadline_minutes=0, cancel_deadline_minutes=0)
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second, change_deadline_minutes=0, cancel_deadline_minutes=0)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    booking = book(city, slot(day=3))
    (mate,) = get_companions(booking)
    early = booking.starts_at - 10 * MINUTE
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=early)
    later = slot(day=5)
    booking_move(actor=city.researcher, booking_id=mate.pk, interval=later, now=early)
    mate.refresh_from_db()
    assert get_cancel_cost(city.researcher, mate, later.start + 5 * MINUTE).late
    assert bookings_no_show_due(later.start + 30 * MINUTE) == 1
    mate.refresh_from_db()
    assert mate.state == "no_show"


def test_requests_for_linked_instruments_are_declined_together():
    city = linked_city(decision="by_keeper")
    factories.rule(city.instrument, decision="by_keeper").open_windows.set(city.instrument.open_windows.all())
    book(city, slot(day=3))
    ids = list(Booking.objects.values_list("pk", flat=True))
    assert requests_decide(actor=city.keeper, booking_ids=ids, approve=False, reason="检修", now=NOW) == 2
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["cancelled", "rejected"]


@pytest.mark.parametrize("name", ["instrument", "second"])
def test_a_kept_booking_of_an_instrument_out_of_service_is_no_no_show(city, name):
    booking = book(city, slot(day=3))
    suspended = getattr(city, name)
    suspended.state = "suspended"
    suspended.save()
    assert bookings_no_show_due(slot(day=4).start) == 0
    assert set(Booking.objects.values_list("state", "charged_yuan")) == {("cancelled", None)}
    assert not CreditEvent.objects.exists()
    for person, number in ((city.researcher, 2), (city.keeper, 1), (city.other_keeper, 1)):
        messages = [one.message for one in journal.notifications(person)]
        assert sum("out of service" in one for one in messages) == number
    booking.refresh_from_db()
    assert booking.late_cancel is False


@pytest.mark.parametrize("minutes", [-60, 5])
def test_who_finds_an_instrument_out_of_service_cancels_without_charge(city, minutes):
    booking = book(city, slot(day=3))
    city.second.state = "suspended"
    city.second.save()
    now = booking.starts_at + minutes * MINUTE
    cost = get_cancel_cost(city.researcher, booking, now)
    assert (cost.late, cost.free_until) == (False, max(booking.starts_at, now + 30 * MINUTE))
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=now)
    assert set(Booking.objects.values_list("state", "charged_yuan")) == {("cancelled", None)}
    assert not CreditEvent.objects.exists()


@pytest.mark.parametrize("act", ["cancel", "reject", "lapse", "move"])
def test_the_keepers_of_the_other_instrument_are_told_what_the_unit_does(city, act):
    factories.rule(city.instrument, decision="by_keeper").open_windows.set(city.instrument.open_windows.all())
    booking = book(city, slot(day=3))
    before = len(journal.notifications(city.other_keeper))
    if act == "cancel":
        booking_cancel(actor=city.keeper, booking_id=booking.pk, reason="检修", now=NOW)
    elif act == "reject":
        booking_reject(actor=city.keeper, booking_id=booking.pk, reason="检修", now=NOW)
    elif act == "lapse":
        assert bookings_lapse_due(slot(day=3).start) == 1
    else:
        booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=4), now=NOW)
    assert len(journal.notifications(city.other_keeper)) == before + 1


def test_agreeing_leaves_an_entry_for_each_booking(city):
    booking = book(city, slot(day=3))
    (mate,) = get_companions(booking)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(day=4), now=NOW)
    booking_agree(actor=city.researcher, booking_id=booking.pk, now=NOW)
    agreed = AuditEntry.objects.filter(action="booking.agreed").values_list("subject_id", flat=True)
    assert set(agreed) == {booking.public_id, mate.public_id}


def test_managers_are_told_where_the_other_instrument_has_no_keeper(city):
    Keeper.objects.filter(instrument=city.second).delete()
    booking = book(city, slot(day=3))
    before = len(journal.notifications(city.manager))
    booking_cancel(actor=city.keeper, booking_id=booking.pk, reason="检修", now=NOW)
    assert len(journal.notifications(city.manager)) == before + 1
