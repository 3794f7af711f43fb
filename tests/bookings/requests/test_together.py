"""Instruments that can't be booked without others: one request takes all of them, or none."""

from datetime import timedelta
from functools import partial

import pytest

from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking, BookingGroup, CreditEvent
from bookings.requests.selectors.companions import get_companions, get_companions_of_each
from bookings.requests.selectors.rule_effects import find_starts_around_closure
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_reject
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due
from bookings.requests.services.membership import organization_leave
from bookings.requests.services.notifications import CANCELLED_WITHOUT_CHARGE, LAPSED_UNDECIDED
from instrument_share.journal import selectors as journal
from instrument_share.kernel.interval import Interval
from providers.instruments.models import InstrumentLink, Keeper
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


def linked_city(**rule):
    """The city's instrument can't be booked without a second one, which has a rule of its own."""
    city = factories.city()
    city.second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(city.second, price="30.00", **rule)
    factories.windows(city.second)
    Keeper.objects.create(instrument=city.second, user=city.keeper)
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.second)
    return city


@pytest.fixture
def city():
    return linked_city()


def states():
    return [
        (one.instrument.name_zh, one.state, one.starts_at)
        for one in Booking.objects.select_related("instrument").order_by("pk")
    ]


BOTH = ("场发射扫描电子显微镜", "样品制备仪")


def test_companions_of_several_are_those_of_each_in_as_many_statements(city, statements):
    made = [book(city, slot(day=day)) for day in range(1, 4)]
    found = get_companions_of_each(made)
    assert found == {one.pk: get_companions(one) for one in made}
    assert [one.instrument_id for one in found[made[0].pk]] == [city.second.pk]
    assert len(statements.of(lambda: get_companions_of_each(made))) == 1


def test_a_booking_takes_the_linked_instrument_for_the_same_time(city):
    booking = book(city, slot(day=1))
    assert states() == [(name, "approved", slot(day=1).start) for name in BOTH]
    assert BookingGroup.objects.count() == 1
    assert [str(one.quoted_yuan) for one in Booking.objects.order_by("pk")] == ["200.00", "60.00"]
    assert [one.instrument_id for one in get_companions(booking)] == [city.second.pk]


def test_the_linked_instrument_is_booked_alone(city):
    book(city, slot(day=1), instrument_id=city.second.pk)
    assert states() == [("样品制备仪", "approved", slot(day=1).start)]


def test_nothing_is_booked_where_the_linked_instrument_is_taken(city):
    book(city, slot(day=1, hour=10), instrument_id=city.second.pk)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=1, hour=9))
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("booking.linked_taken", "starts_at")
    ]
    assert Booking.objects.count() == 1


def test_problems_of_linked_instrument_are_named():
    city = linked_city(needs_qualification=True)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=1))
    (problem,) = refused.value.problems
    assert problem.code == "booking.linked_refused"
    assert problem.params["instrument"].zh == "样品制备仪"


def test_problems_of_request_are_reported_once(city):
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=1), subject=" ")
    assert [one.code for one in refused.value.problems] == ["booking.subject_missing"]


def test_stricter_limits_of_the_linked_instrument_are_named_at_once():
    city = linked_city(min_minutes=240, max_minutes=480)
    city.instrument.rules.update(min_minutes=120)
    with pytest.raises(BookingRefused) as refused:
        book(city, slot(day=1, length=1))
    shortest = {
        one.code: one.params.get("shortest") or one.params["problem"].params["shortest"]
        for one in refused.value.problems
    }
    assert shortest == {
        "booking.too_short": timedelta(hours=2),
        "booking.linked_refused": timedelta(hours=4),
    }


def test_cancelling_one_cancels_both_and_counts_once(city):
    booking = book(city, slot(day=0, hour=9), now=NOW)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    assert [state for _name, state, _start in states()] == ["cancelled", "cancelled"]
    assert [one.late_cancel for one in Booking.objects.order_by("pk")] == [True, True]
    assert CreditEvent.objects.count() == 1


def test_cancelling_the_linked_one_cancels_both(city):
    booking = book(city, slot(day=1))
    (mate,) = get_companions(booking)
    booking_cancel(actor=city.keeper, booking_id=mate.pk, reason="制备仪故障", now=NOW)
    assert [state for _name, state, _start in states()] == ["cancelled", "cancelled"]
    assert len(journal.notifications(city.researcher)) == 2


def test_linked_bookings_move_together_or_not_at_all(city):
    booking = book(city, slot(day=1))
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=2), now=NOW)
    assert states() == [(name, "approved", slot(day=2).start) for name in BOTH]
    book(city, slot(day=3), instrument_id=city.second.pk)
    with pytest.raises(BookingRefused) as refused:
        booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=3), now=NOW)
    assert [one.code for one in refused.value.problems] == ["booking.linked_taken"]
    assert states()[:2] == [(name, "approved", slot(day=2).start) for name in BOTH]


def test_declined_or_lapsed_request_ends_both_bookings():
    city = linked_city(decision="by_keeper", decision_hours=4)
    booking = book(city, slot(day=1))
    (mate,) = get_companions(booking)
    assert (booking.state, mate.state) == ("approved", "requested")
    booking_reject(actor=city.keeper, booking_id=mate.pk, reason="制备仪停机", now=NOW)
    assert [state for _name, state, _start in states()] == ["cancelled", "rejected"]
    book(city, slot(day=2))
    assert bookings_lapse_due(slot(day=1, hour=20).start) == 1
    assert [state for _name, state, _start in states()][2:] == ["cancelled", "lapsed"]
    why = "Nobody decided in time on an instrument booked together with it."
    told = journal.notifications(city.researcher)
    (ended,) = told.filter(message=CANCELLED_WITHOUT_CHARGE, params__reason__en=why)
    assert ended.params["instrument"]["zh"] == city.instrument.name_zh
    (undecided,) = journal.notifications(city.keeper).filter(message=LAPSED_UNDECIDED)
    assert undecided.params["instrument"]["zh"] == "样品制备仪"


def test_closure_moves_linked_bookings_together(city):
    booking = book(city, slot(day=1))
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=1),
        reason_zh="检修",
        outcomes={booking.public_id: slot(day=2)},
        now=NOW,
    )
    assert states() == [(name, "approved", slot(day=2).start) for name in BOTH]


def test_times_proposed_for_a_companion_are_free_for_the_booking_it_was_made_with(city):
    booking = book(city, slot(day=1))
    (mate,) = get_companions(booking)
    close = partial(closure_place, actor=city.keeper, reason_zh="检修", now=NOW)
    taken = Interval(booking.ends_at, slot(day=2, hour=8).start)
    close(instrument_id=city.instrument.pk, interval=taken, outcomes={})
    closed = Interval(slot(day=1, hour=8).start, booking.ends_at)
    start = find_starts_around_closure(city.second, closed, [mate], NOW)[mate.public_id]
    assert start == taken.end
    outcomes = {mate.public_id: Interval(start, start + (mate.ends_at - mate.starts_at))}
    close(instrument_id=city.second.pk, interval=closed, outcomes=outcomes)
    mate.refresh_from_db()
    assert mate.starts_at == start


def test_leaving_late_charges_both_bookings_and_counts_once():
    city = linked_city(cancel_deadline_minutes=1440)
    book(city, slot(day=0, hour=12))
    organization_leave(actor=city.researcher, organization_id=city.company.pk, now=NOW)
    assert [state for _, state, _ in states()] == ["cancelled", "cancelled"]
    assert CreditEvent.objects.count() == 1
