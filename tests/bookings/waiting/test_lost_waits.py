"""Waits and offers that are lost by no choice of who waits, and the period of a project."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from bookings.requests.domain.errors import BookingRefused
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.instrument_decisions import closure_lift
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.waiting.services.entries import waits_end_due
from bookings.waiting.services.offers import free_time_offer_due, offer_decline
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import IllegalMove
from instrument_share.kernel.interval import Interval
from instrument_share.people.templatetags.people_ui import notification_lines
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.waiting.waiting import held, join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
WEEK = Interval(slot(day=1).start, slot(day=7).end)


@pytest.fixture
def city():
    return factories.city()


def test_wait_ends_with_the_membership_in_the_organization_that_was_to_pay(city):
    book(city)
    entry, own = join(city), join(city, payer=False, now=NOW + MINUTE)
    organization_leave(actor=entry.user, organization_id=city.company.pk, now=NOW + MINUTE)
    organization_leave(actor=own.user, organization_id=city.company.pk, now=NOW + MINUTE)
    assert waits_end_due(NOW + 2 * MINUTE) == 1
    assert waits_end_due(NOW + 2 * MINUTE) == 0
    for wait in (entry, own):
        wait.refresh_from_db()
    assert (entry.end, entry.ended_at, own.end) == ("over", NOW + 2 * MINUTE, "")
    told = journal.notifications(entry.user).first()
    assert "you no longer belong to" in told.message
    assert told.params["organization"]["zh"] == city.company.name_zh
    assert AuditEntry.objects.filter(action="waiting.ended", subject_id=entry.public_id).exists()


def test_wait_goes_on_while_its_payer_is_suspended(city):
    book(city)
    join(city)
    city.company.state = "suspended"
    city.company.save()
    assert waits_end_due(NOW) == 0


def test_who_loses_an_offer_with_their_membership_is_not_told_to_stay_on_the_list(city):
    entry = join(city)
    membership = Membership.objects.get(user=entry.user)
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    membership_end(actor=administrator, membership_id=membership.pk, reason="离职", now=NOW)
    assert [state for *_, state in offered(entry)] == ["lapsed"]
    told = journal.notifications(entry.user).filter(message__contains="withdrawn").get()
    assert "You stay on the waiting list" not in told.message
    assert told.params["organization"]["zh"] == city.company.name_zh


def test_time_that_a_closure_took_back_is_offered_again_once_it_is_lifted(city):
    first, second = join(city), join(city, now=NOW + MINUTE)
    asked = {"actor": city.keeper, "instrument_id": city.instrument.pk, "now": NOW + MINUTE}
    closure = closure_place(**asked, interval=slot(), reason_zh="检修")
    closure_lift(actor=city.keeper, closure_id=closure.pk, now=NOW + 2 * MINUTE)
    assert [state for *_, state in offered(first)] == ["lapsed", "offered"]
    assert offered(second) == []


def test_offer_that_new_hours_take_back_says_so(city):
    put_in_force(city, hours())
    entry = join(city, wanted=slot(day=2, hour=17))
    put_in_force(city, hours(closes=18), day=2)
    assert [state for *_, state in offered(entry)] == ["lapsed"]
    told = journal.notifications(entry.user).first()
    assert told.params["reason"]["en"] == "The opening hours are changing."


def test_wait_ends_when_its_project_is_over(city):
    project = add_project(city, last_date=slot(day=2).end.date())
    evening = Interval(slot(day=2, hour=18.5).start, WEEK.end)
    entry = join(city, city.researcher, wanted=evening, organization_project_id=project.pk)
    assert waits_end_due(slot(day=2, hour=20).start) == 0
    assert waits_end_due(slot(day=2, hour=23).start) == 1
    entry.refresh_from_db()
    told = journal.notifications(city.researcher).first()
    assert (entry.end, told.params["project"]) == ("over", project.name)


def test_nobody_joins_with_a_project_that_is_over_before(city):
    project = add_project(city, last_date=slot(day=0).end.date())
    with pytest.raises(BookingRefused) as refused:
        join(city, city.researcher, wanted=WEEK, organization_project_id=project.pk)
    assert codes(refused) == ["booking.project_over"]


def test_time_before_a_project_begins_keeps_no_later_one_from_being_offered(city):
    project = add_project(city, first_date=slot(day=3).start.date())
    booking = book(city, slot(day=3))
    entry = join(city, city.researcher, wanted=WEEK, organization_project_id=project.pk)
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    free_time_offer_due(NOW)
    assert [start.date() for start, *_ in offered(entry)] == [date(2026, 3, 5)]


def test_end_of_a_wait_names_what_kept_the_person_from_booking(city):
    project = add_project(city, 250)
    entry = join(city, city.researcher, wanted=slot(day=3), organization_project_id=project.pk)
    offer_decline(actor=city.researcher, booking_id=held(entry).pk, now=NOW)
    book(city, organization_project_id=project.pk)
    factories.rule(city.instrument, user_kinds=["inside"], needs_qualification=True)
    assert waits_end_due(slot(day=3).start) == 1
    told = journal.notifications(city.researcher).first()
    refused = " ".join(line["message"] for line in told.lines)
    assert len(told.lines) == 3
    assert all(word in refused for word in ("your kind of user", "needs a qualification", "project's budget"))
    assert told.lines[-1]["params"]["left"] == "50.00"


def test_end_of_a_wait_for_time_that_stayed_taken_names_nothing_else(city):
    book(city)
    entry = join(city)
    assert waits_end_due(slot().start) == 1
    assert journal.notifications(entry.user).first().lines == []


@pytest.mark.parametrize("by", ["user", "keeper"])
def test_an_offer_is_answered_and_not_cancelled(city, by):
    """Cancelled like a booking, it would be offered to the same person again at once."""
    entry = join(city)
    actor = entry.user if by == "user" else city.keeper
    with pytest.raises(IllegalMove):
        booking_cancel(actor=actor, booking_id=held(entry).pk, reason="不需要了", now=NOW)
    assert [state for *_, state in offered(entry)] == ["offered"]


def test_end_of_a_wait_names_the_length_that_a_new_rule_refuses(city):
    book(city)
    entry = join(city)
    factories.rule(city.instrument, max_minutes=60)
    assert waits_end_due(slot().start) == 1
    with translation.override("en"):
        told = notification_lines(journal.notifications(entry.user).first())
    assert told == ["A booking lasts at most 1 hour. Wait for less time."]
