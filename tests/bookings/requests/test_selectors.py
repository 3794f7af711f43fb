"""Who sees what, and with how many statements."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import (
    bookings,
    decisions_of_year,
    keeper_day_bookings,
    waiting_decisions,
)
from bookings.requests.selectors.calendar import get_calendar_events, get_day_events
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due
from bookings.requests.services.next_free import next_free_rebuild
from bookings.usage.selectors.usage import get_current_values, usage_logs
from bookings.usage.selectors.yearly import usage_of_year
from bookings.usage.services.attendance import booking_check_in
from bookings.usage.services.usage import usage_correct
from instrument_share.accounts.domain import Role
from providers.search.selectors.catalogue import catalogue
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
DAY = NOW.date() + timedelta(days=1)


@pytest.fixture
def seen(city):
    """One booking and one log of the researcher, paid by the company."""
    return book(city, slot(day=2)), use(city, slot(day=1))


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("visitor", False),
        ("stranger", False),
        ("colleague", False),
        ("keeper_elsewhere", False),
        ("researcher", True),
        ("org_admin", True),
        ("paying_manager", True),
        ("keeper", True),
        ("manager", True),
        ("officer", True),
    ],
)
def test_visibility_of_bookings_and_logs_depends_on_role(city, seen, who, sees):
    viewer = {
        "visitor": lambda: VISITOR,
        "stranger": factories.user,
        "colleague": lambda: factories.member(city.company),
        "keeper_elsewhere": lambda: factories.keeper(factories.instrument(city.owner)),
        "researcher": lambda: city.researcher,
        "org_admin": lambda: factories.member(city.company, Role.ORG_ADMIN),
        "paying_manager": lambda: factories.member(city.company, Role.UNIT_MANAGER),
        "keeper": lambda: city.keeper,
        "manager": lambda: city.manager,
        "officer": factories.officer,
    }[who]()
    booking, log = seen
    expected = {booking.pk, log.booking_id} if sees else set()
    assert {one.pk for one in bookings(viewer)} == expected
    assert {one.pk for one in usage_logs(viewer)} == ({log.pk} if sees else set())


def test_calendar_shows_visitors_only_that_time_is_taken(city, seen):
    week = slot(day=0, hour=8, length=24 * 7)
    shown = get_calendar_events(VISITOR, [city.instrument], week, NOW)
    kinds = [event["kind"] for event in shown["events"]]
    assert (kinds.count("open"), kinds.count("booked")) == (8, 2)
    told = json.dumps(shown, ensure_ascii=False)
    for secret in (city.researcher.name, seen[0].subject, seen[0].public_id, city.researcher.public_id):
        assert secret not in told


def test_calendar_shows_own_bookings_and_all_to_keepers(city, seen):
    week = slot(day=0, hour=8, length=24 * 7)
    own = get_calendar_events(city.researcher, [city.instrument], week, NOW)["events"]
    assert {event["id"] for event in own if event["mine"]} == {
        seen[0].public_id,
        seen[1].booking.public_id,
    }
    kept = get_calendar_events(city.keeper, [city.instrument], week, NOW)["events"]
    (event,) = [one for one in kept if one["id"] == seen[0].public_id]
    assert event == {
        "id": seen[0].public_id,
        "resource": city.instrument.public_id,
        "start": "2026-03-04T01:00:00Z",
        "end": "2026-03-04T03:00:00Z",
        "kind": "booked",
        "mine": False,
        "title": "戊 · 二氧化钛薄膜",
    }


def test_own_requests_are_mine_and_held_also_for_a_keeper(city):
    waiting = book(city, slot(day=2, hour=9), actor=city.keeper, payer=False)
    decided = book(city, slot(day=2, hour=12), actor=city.keeper, payer=False)
    others = book(city, slot(day=2, hour=15))
    Booking.objects.filter(pk__in=[waiting.pk, others.pk]).update(state="requested")
    assert decided.state == "approved"

    def signs(viewer):
        shown = get_calendar_events(viewer, [city.instrument], slot(day=2, hour=8, length=12), NOW)
        return [(one["kind"], one["mine"]) for one in shown["events"] if one["kind"] in ("booked", "held")]

    assert signs(city.keeper) == [("held", True), ("booked", True), ("held", False)]
    assert signs(city.researcher) == [("held", False), ("booked", False), ("held", True)]
    assert signs(VISITOR) == [("held", False), ("booked", False), ("held", False)]


def test_a_day_over_many_instruments_takes_as_many_statements_as_over_one(city, seen, statements):
    def show():
        get_day_events(city.keeper, list(catalogue(VISITOR).order_by("id")), DAY, NOW)

    def more():
        for _ in range(10):
            another = factories.instrument(city.owner)
            factories.rule(another)
            factories.windows(another, days=3)

    statements.assert_unchanged(show, by=more)


def test_lists_take_as_many_statements_for_many_rows_as_for_one(city, seen, statements):
    def read():
        for row in bookings(city.keeper):
            assert f"{row.instrument.name_zh} {row.user.name} {row.payer_organization}"
        for log in usage_logs(city.keeper):
            assert get_current_values(log)
        assert list(usage_of_year(2026))
        list(decisions_of_year(2026))
        assert list(keeper_day_bookings(city.keeper, DAY))

    def more():
        for day in range(3, 15):
            log = use(city, slot(day=day))
            usage_correct(
                actor=city.keeper, log_id=log.pk, changes={"samples": 9}, reason="漏记", now=log.ends_at
            )

    statements.assert_unchanged(read, by=more)


def test_next_free_is_worked_out_for_many_with_as_many_statements_as_for_one(city, statements):
    def more():
        for _ in range(10):
            another = factories.instrument(city.owner)
            factories.rule(another)
            factories.windows(another, days=3)

    statements.assert_unchanged(lambda: next_free_rebuild(NOW), by=more)


def test_keepers_pending_requests_are_sorted_by_urgency():
    city = factories.city(decision="by_keeper", decision_hours=72)
    later, sooner = book(city, slot(day=4)), book(city, slot(day=1), payer=False)
    assert list(waiting_decisions(city.keeper, NOW)) == [sooner, later]
    assert list(waiting_decisions(city.researcher, NOW)) == []
    assert list(waiting_decisions(city.keeper, sooner.decide_by)) == [later]


def test_keepers_day_includes_overdue_bookings(city):
    overdue = book(city, slot(day=0, hour=9, length=2), now=NOW)
    booking_check_in(actor=city.keeper, booking_id=overdue.pk, now=overdue.starts_at)
    today = book(city, slot(day=1, hour=9), payer=False)
    book(city, slot(day=2), payer=False)
    assert list(keeper_day_bookings(city.keeper, DAY)) == [overdue, today]


def test_decisions_of_a_year_are_counted_by_unit():
    city = factories.city(decision="by_keeper", decision_hours=4)
    approved, lapsed, open_ = book(city, slot(day=1)), book(city, slot(day=2)), book(city, slot(day=3))
    booking_approve(actor=city.keeper, booking_id=approved.pk, now=NOW)
    booking_cancel(actor=city.researcher, booking_id=open_.pk, now=NOW)
    bookings_lapse_due(NOW + timedelta(hours=4))
    lapsed.refresh_from_db()
    assert lapsed.state == "lapsed"
    assert list(decisions_of_year(2026)) == [{"organization_id": city.owner.pk, "decided": 1, "lapsed": 1}]
    assert list(decisions_of_year(2025)) == []


def test_a_decision_at_its_deadline_or_after_it_does_not_count_as_in_time():
    """The services refuse it; a past period that was brought in may have it."""
    city = factories.city(decision="by_keeper", decision_hours=4)
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    Booking.objects.update(decided_at=F("decide_by"))
    assert list(decisions_of_year(2026)) == [{"organization_id": city.owner.pk, "decided": 0, "lapsed": 0}]
