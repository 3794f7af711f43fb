"""Series and baskets by the API."""

from datetime import timedelta
from functools import partial

import pytest

from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.usage.services.attendance import booking_check_in
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.interval import Interval
from tests import factories
from tests.api.test_api import Caller, assert_problem, z
from tests.bookings.requests.booking import book
from tests.factories import LONG_AGO, NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(clock):
    clock.set(NOW)
    return factories.city()


def asked(city, interval, **more):
    return {
        "instrument": city.instrument.public_id,
        "starts_at": interval.start.isoformat(),
        "ends_at": interval.end.isoformat(),
        "service_mode": "self_operated",
        "payer_organization": city.company.public_id,
        "subject": "薄膜",
        **more,
    }


def test_series_is_checked_booked_moved_and_cancelled(city):
    book(city, slot(day=8), subject="别的")
    caller = Caller(city.researcher)
    series = asked(city, slot(day=1), every_weeks=1, count=3)
    checked = caller("POST", "/booking-groups/series/check", series).json()["items"]
    assert [[each["code"] for each in one["problems"]] for one in checked] == [
        [],
        ["booking.slot_taken"],
        [],
    ]
    made = caller("POST", "/booking-groups/series", series)
    assert made.status_code == 201
    first, last = made.json()["booked"]
    assert [one["starts_at"] for one in made.json()["refused"]] == [checked[1]["starts_at"]]
    target = slot(day=1, hour=12)
    seen = {"If-Match": f'"{first["revision"]}"'}
    move = partial(
        caller,
        "POST",
        f"/booking-groups/dates/{first['id']}/move",
        {"starts_at": target.start.isoformat(), "ends_at": target.end.isoformat(), "scope": "all"},
    )
    assert {one["id"] for one in move(**seen).json()["items"]} == {first["id"], last["id"]}
    assert (move(**seen).status_code, move(**seen).json()["code"]) == (412, "booking.changed_meanwhile")
    cancel = partial(caller, "POST", f"/booking-groups/dates/{last['id']}/cancel", {"scope": "following"})
    assert cancel(**{"If-Match": f'"{last["revision"]}"'}).status_code == 412
    assert cancel().status_code == 200
    states = Booking.objects.filter(subject="薄膜").order_by("starts_at").values_list("state", flat=True)
    assert list(states) == ["approved", "cancelled"]


def test_bookings_made_together_name_their_group_by_which_they_are_listed(city):
    alone = book(city, slot(day=8), subject="别的")
    caller = Caller(city.researcher)
    series = asked(city, slot(day=1), every_weeks=1, count=3)
    made = caller("POST", "/booking-groups/series", series).json()
    group = {"id": made["id"], "kind": "series"}
    assert [one["group"] for one in made["booked"]] == [group] * 2
    listed = caller("GET", f"/bookings?group={made['id']}").json()["items"]
    assert {one["id"] for one in listed} == {one["id"] for one in made["booked"]}
    one = caller("GET", f"/bookings/{alone.public_id}").json()
    assert one["group"] == {"id": alone.group.public_id, "kind": "single"}
    assert caller("GET", "/bookings?group=GRP-0000000000").json()["items"] == []


def test_price_of_a_time_without_a_rule_has_two_decimals(city):
    before = Interval(LONG_AGO - timedelta(days=2), LONG_AGO - timedelta(days=1))
    answer = Caller(city.researcher)("POST", "/booking-groups/basket/check", {"items": [asked(city, before)]})
    (checked,) = answer.json()["items"]
    assert checked["total_yuan"] == "0.00"
    assert "booking.no_rule" in {one["code"] for one in checked["problems"]}


def test_date_that_starts_too_soon_to_be_cancelled_free_of_charge_has_its_cost(city):
    series = asked(city, slot(day=0, hour=15), every_weeks=1, count=2)
    checked = Caller(city.researcher)("POST", "/booking-groups/series/check", series).json()["items"]
    assert [one["late_cancel_yuan"] for one in checked] == ["100.00", None]


def test_basket_is_booked_whole_or_not_at_all_and_once_by_its_key(city):
    caller = Caller(city.researcher)
    items = {"items": [asked(city, slot(day=1)), asked(city, slot(day=1, hour=10))]}
    refused = caller("POST", "/booking-groups/basket", items)
    assert_problem(refused, 422, "booking.refused")
    assert [one["code"] for one in refused.json()["problems"]] == ["booking.slot_taken"]
    assert Booking.objects.count() == 0
    items["items"][1] = asked(city, slot(day=2))
    checked = caller("POST", "/booking-groups/basket/check", items).json()["items"]
    assert [one["total_yuan"] for one in checked] == ["200.00", "200.00"]
    assert [one["late_cancel_yuan"] for one in checked] == [None, None]
    answers = [caller("POST", "/booking-groups/basket", items, **{"Idempotency-Key": "b1"}) for _ in "ab"]
    assert [one.status_code for one in answers] == [201, 201]
    assert Booking.objects.count() == 2


def test_booking_moved_by_the_unit_waits_for_its_user_who_agrees_to_the_time_they_saw(city):
    booking = book(city)
    caller, path = Caller(city.researcher), f"/bookings/{booking.public_id}"
    assert_problem(caller("POST", f"{path}/agree"), 409, "booking.already_agreed")
    for hour in (12, 14):
        booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=hour), now=NOW)
    answer = caller("GET", path)
    assert (answer.json()["moved_by_unit_at"], answer["ETag"]) == (z(NOW), '"3"')
    assert_problem(Caller(city.keeper)("POST", f"{path}/agree"), 403, "forbidden")
    assert_problem(caller("POST", f"{path}/agree", **{"If-Match": '"2"'}), 412, "booking.changed_meanwhile")
    seen = {"If-Match": answer["ETag"], "Idempotency-Key": "a1"}
    for agreed in (caller("POST", f"{path}/agree", **seen) for _ in "ab"):
        assert (agreed.status_code, agreed.json()["moved_by_unit_at"], agreed["ETag"]) == (200, None, '"4"')
    assert AuditEntry.objects.filter(action="booking.agreed").count() == 1


def test_time_to_which_nobody_agreed_is_nothing_to_answer_once_the_booking_has_ended(city):
    booking = book(city)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=12), now=NOW)
    answer = Caller(city.researcher)("POST", f"/bookings/{booking.public_id}/cancel", {})
    assert (answer.json()["state"], answer.json()["moved_by_unit_at"]) == ("cancelled", None)


def test_booking_is_handed_over_to_one_of_the_colleagues_who_are_named(city):
    booking = book(city)
    caller, path = Caller(city.researcher), f"/bookings/{booking.public_id}/hand-over"
    colleague = factories.member(city.company, name="己")
    options = caller("GET", path).json()
    assert options == {
        "possible_until": z(booking.starts_at),
        "decided_again": False,
        "colleagues": [{"id": colleague.public_id, "name": "己"}],
        "problems": [],
    }
    caller("GET", path)
    told = AuditEntry.objects.get(action="personal_data.disclosed")
    assert told.details == {"what": "hand_over.read", "rows": 1}
    stranger = {"colleague": city.keeper.public_id}
    assert_problem(caller("POST", path, stranger), 404, "not_found")
    for method in ("GET", "POST"):
        assert_problem(Caller(city.keeper)(method, path, stranger), 403, "forbidden")
    given = {"colleague": colleague.public_id}
    assert_problem(caller("POST", path, given, **{"If-Match": '"9"'}), 412, "booking.changed_meanwhile")
    seen = {"If-Match": '"1"', "Idempotency-Key": "h1"}
    for answer in (caller("POST", path, given, **seen) for _ in "ab"):
        assert (answer.status_code, answer.json()["user"]["id"]) == (200, colleague.public_id)
        assert answer["ETag"] == '"2"'
    assert_problem(caller("GET", path), 404, "not_found")


def test_booking_that_a_person_pays_is_handed_over_to_nobody(city):
    path = f"/bookings/{book(city, payer=False).public_id}/hand-over"
    caller = Caller(city.researcher)
    given = {"colleague": city.keeper.public_id}
    for method in ("GET", "POST"):
        assert_problem(caller(method, path, given), 409, "booking.not_paid_by_organization")


def test_program_is_offered_no_colleague_for_a_booking_that_has_ended_or_is_under_way(city):
    factories.member(city.company, name="己")
    ended, running = book(city), book(city, slot(hour=12))
    booking_cancel(actor=city.researcher, booking_id=ended.pk, now=NOW)
    booking_check_in(actor=city.keeper, booking_id=running.pk, now=running.starts_at - timedelta(minutes=10))
    for booking in (ended, running):
        answer = Caller(city.researcher)("GET", f"/bookings/{booking.public_id}/hand-over")
        assert_problem(answer, 409, "state.illegal_move")


def test_program_reads_why_a_booking_can_be_handed_over_to_nobody(city, clock):
    booking = book(city)
    factories.member(city.company, name="己")
    clock.set(booking.starts_at)
    options = Caller(city.researcher)("GET", f"/bookings/{booking.public_id}/hand-over").json()
    assert options["possible_until"] is None
    assert [one["code"] for one in options["problems"]] == ["booking.hand_over_begun"]
