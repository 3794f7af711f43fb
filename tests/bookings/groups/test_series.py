"""Series: what the preview says of a date is what becomes of it, and dates change together."""

from datetime import timedelta

import pytest

from bookings.groups.domain import Scope, get_dates
from bookings.groups.selectors.groups import get_group
from bookings.groups.selectors.together import Wanted, check_together
from bookings.groups.services.series import series_cancel, series_move
from bookings.groups.services.together import series_book
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode
from providers.instruments.models import InstrumentLink
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def city():
    return open_city()


def open_city(**rule):
    """The city with an instrument that is open and may be booked for four months."""
    city = factories.city(horizon_days=120, **rule)
    factories.windows(city.instrument, first=NOW + 30 * DAY, days=90)
    return city


def wanted(city, first=None, every=1, count=4, subject="薄膜"):
    dates = get_dates(first or slot(day=1), every, count)
    return [Wanted(city.instrument, one, ServiceMode.SELF_OPERATED, city.company, subject) for one in dates]


def starts(bookings):
    return [one.starts_at for one in sorted(bookings, key=lambda one: one.starts_at)]


def held():
    return starts(Booking.objects.filter(state="approved"))


def book_series(city, **asked):
    return series_book(actor=city.researcher, requests=wanted(city, **asked), now=NOW)


def test_dates_lie_so_many_weeks_apart():
    first = slot(day=1)
    assert [one.start - first.start for one in get_dates(first, 2, 3)] == [0 * DAY, 14 * DAY, 28 * DAY]


def test_dates_that_can_be_had_are_booked_in_one_group(city):
    book(city, slot(day=8, hour=10), subject="别的")
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=15),
        reason_zh="检修",
        outcomes={},
        now=NOW,
    )
    made = book_series(city)
    assert starts(made.booked) == [slot(day=1).start, slot(day=22).start]
    assert [(one.interval.start, [each.code for each in found]) for one, found in made.refused] == [
        (slot(day=8).start, ["booking.slot_taken"]),
        (slot(day=15).start, ["booking.closed"]),
    ]
    group, rows = get_group(city.researcher, made.group.public_id)
    assert (group.kind, [one.part for one in rows]) == ("series", [1, 4])


@pytest.mark.parametrize(
    "quota",
    [
        {"holder": "user", "span": "month", "most_bookings": 2},
        {"holder": "organization", "span": "month", "most_minutes": 300},
    ],
)
def test_preview_counts_earlier_dates_as_booking_does(quota):
    city = open_city(quotas=[quota])
    asked = wanted(city, count=6)
    preview = [[one.code for one in each.problems] for each in check_together(city.researcher, asked, NOW)]
    assert [bool(found) for found in preview] == [False, False, True, True, True, False]
    made = series_book(actor=city.researcher, requests=asked, now=NOW)
    refused = {one.interval.start: [each.code for each in found] for one, found in made.refused}
    assert [refused.get(one.interval.start, []) for one in asked] == preview


def test_preview_counts_time_and_pause_of_earlier_requests():
    city = factories.city(turnaround_minutes=30)
    requests = [
        Wanted(city.instrument, interval, ServiceMode.SELF_OPERATED, city.company, "薄膜")
        for interval in (slot(day=1, hour=9), slot(day=1, hour=11), slot(day=1, hour=12))
    ]
    checked = check_together(city.researcher, requests, NOW)
    assert [[one.code for one in each.problems] for each in checked] == [[], ["booking.slot_taken"], []]


def test_price_of_each_date_is_that_of_its_booking(city):
    made = book_series(city, count=2)
    preview = check_together(city.researcher, wanted(city, first=slot(day=2), count=2), NOW)
    assert [one.total_yuan for one in preview] == [one.quoted_yuan for one in made.booked]


def test_series_without_any_bookable_date_names_each_and_common_problem_once(city):
    book(city, slot(day=1), subject="别的")
    with pytest.raises(BookingRefused) as refused:
        book_series(city, count=2, subject=" ")
    assert codes(refused) == ["booking.subject_missing", "booking.slot_taken"]
    assert refused.value.problems[1].params["name"] == slot(day=1)
    assert Booking.objects.count() == 1


def test_one_date_changes_without_the_others(city):
    first, second, *_ = book_series(city).booked
    booking_cancel(actor=city.researcher, booking_id=first.pk, now=NOW)
    booking_move(actor=city.researcher, booking_id=second.pk, interval=slot(day=9), now=NOW)
    assert held() == [slot(day=day).start for day in (9, 15, 22)]


@pytest.mark.parametrize(("scope", "left"), [(Scope.FOLLOWING, [1]), (Scope.ALL, [])])
def test_cancelling_reaches_as_far_as_its_scope(city, scope, left):
    _first, second, *_ = book_series(city).booked
    other = book(city, slot(day=22, hour=14), subject="别的")
    series_cancel(actor=city.researcher, booking_id=second.pk, scope=scope, now=NOW)
    assert held() == [*(slot(day=day).start for day in left), other.starts_at]


def test_only_dates_past_their_deadline_are_charged():
    city = factories.city(cancel_deadline_minutes=2 * 24 * 60)
    first, *_ = book_series(city, count=3).booked
    series_cancel(actor=city.researcher, booking_id=first.pk, scope=Scope.ALL, now=NOW)
    charged = Booking.objects.order_by("starts_at").values_list("late_cancel", flat=True)
    assert (list(charged), CreditEvent.objects.count()) == ([True, False, False], 1)


@pytest.mark.parametrize("shift", [-7, -1, 1, 7])
def test_dates_move_by_as_much_past_each_other(city, shift):
    first, second, *_ = book_series(city, first=slot(day=8)).booked
    target = Interval(second.starts_at + shift * DAY, second.ends_at + shift * DAY + timedelta(hours=1))
    booking_cancel(actor=city.researcher, booking_id=first.pk, now=NOW)
    series_move(actor=city.researcher, booking_id=second.pk, interval=target, scope=Scope.FOLLOWING, now=NOW)
    assert held() == [slot(day=day + shift).start for day in (15, 22, 29)]
    assert {one.ends_at - one.starts_at for one in Booking.objects.filter(state="approved")} == {
        timedelta(hours=3)
    }


def test_time_that_the_series_itself_needs_is_not_passed_on_while_it_moves(city):
    first, *_ = book_series(city, count=3).booked
    for_left, for_needed = join(city, wanted=slot(day=1)), join(city, wanted=slot(day=15))
    series_move(actor=city.researcher, booking_id=first.pk, interval=slot(day=8), scope=Scope.ALL, now=NOW)
    assert starts(Booking.objects.filter(subject="薄膜")) == [slot(day=day).start for day in (8, 15, 22)]
    assert offered(for_left) == [(slot(day=1).start, slot(day=1).end, "offered")]
    assert offered(for_needed) == []


def test_dates_move_all_or_none(city):
    first, *_ = book_series(city).booked
    book(city, slot(day=16), subject="别的")
    with pytest.raises(BookingRefused) as refused:
        series_move(
            actor=city.researcher, booking_id=first.pk, interval=slot(day=2), scope=Scope.ALL, now=NOW
        )
    assert [(one.code, one.params["name"]) for one in refused.value.problems] == [
        ("booking.slot_taken", slot(day=16))
    ]
    assert starts(Booking.objects.filter(subject="薄膜")) == [slot(day=day).start for day in (1, 8, 15, 22)]


def test_linked_instruments_follow_their_date_alone(city):
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    first, later = book_series(city, count=2).booked
    assert [one.instrument_id for one in get_companions(first)] == [second.pk]
    booking_move(actor=city.researcher, booking_id=first.pk, interval=slot(day=2), now=NOW)
    series_cancel(actor=city.researcher, booking_id=later.pk, scope=Scope.FOLLOWING, now=NOW)
    assert held() == [slot(day=2).start] * 2
