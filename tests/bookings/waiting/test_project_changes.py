"""Who waits with a project is told what becomes of the wait when the project is changed or opened again."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest

from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.services import project_change, project_close, project_reopen
from bookings.requests.services.notifications import PROJECT_REOPENED
from bookings.waiting.services.notifications import PROJECT_HINDERS, PROJECT_NARROWED, PROJECT_USABLE
from instrument_share.journal.models import Notification
from instrument_share.kernel.interval import Interval
from providers.terms.models import PriceLine
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
FACTS = {"name": "钛合金疲劳机理", "number": "2024YFC0001", "budget_yuan": Decimal(1000)}


@pytest.fixture
def cheap_noon(city):
    PriceLine.objects.create(rule=city.rule, price_yuan=30, from_time=time(12), until_time=time(14))


@pytest.fixture
def waiting(city):
    add_project(city, budget=1000)
    wanted = Interval(slot(day=5).start, slot(day=8).end)
    return join(city, wanted=wanted, organization_project_id=city.project.pk)


def change(city, **changes):
    facts = replace(ProjectFacts(**FACTS, holder_id=city.admin.pk), **changes)
    project_change(actor=city.admin, project_id=city.project.pk, facts=facts, now=NOW)


def told(entry):
    """What the person was told since they joined, apart from offers."""
    found = Notification.objects.filter(user=entry.user).exclude(message__contains="is free for you")
    return [(one.message, [line["message"] for line in one.lines]) for one in found.order_by("pk")]


@pytest.mark.parametrize(
    ("narrowed", "reason"),
    [
        ({"budget_yuan": Decimal(50)}, "has ¥{left} left"),
        ({"for_all_members": False}, "not open to the person"),
    ],
)
def test_who_can_use_the_project_no_more_is_told_why_and_when_they_can_again(city, waiting, narrowed, reason):
    change(city, **narrowed)
    ((message, (line,)),) = told(waiting)
    assert (message, reason in line) == (PROJECT_HINDERS, True)
    change(city, **narrowed, name="改名")
    assert len(told(waiting)) == 1
    change(city)
    assert told(waiting)[1:] == [(PROJECT_USABLE, [])]


def test_who_can_be_offered_less_time_is_told_which(city, waiting):
    last = slot(day=6).start.date()
    change(city, last_date=last)
    assert told(waiting) == [(PROJECT_NARROWED, [])]
    until = Notification.objects.get(user=waiting.user, message=PROJECT_NARROWED).params["until"]
    assert until == {"instant": (slot(day=7, hour=0).start).isoformat()}
    change(city, last_date=last + timedelta(days=1))
    change(city, last_date=slot(day=4).start.date())  # leaves no time: the job ends the wait, and says so
    assert len(told(waiting)) == 1


def test_who_was_told_of_the_closing_is_told_of_the_opening(city, waiting):
    booking = book(city, slot(day=9), organization_project_id=city.project.pk)
    project_close(actor=city.admin, project_id=city.project.pk, now=NOW)
    project_reopen(actor=city.admin, project_id=city.project.pk, now=NOW)
    assert told(waiting)[1:] == [(PROJECT_USABLE, [])]
    last = Notification.objects.filter(user=booking.user).latest("pk")
    assert last.message == PROJECT_REOPENED


def test_who_can_still_be_offered_a_cheaper_time_is_not_told_otherwise(city, cheap_noon, waiting):
    change(city, budget_yuan=Decimal(100))
    assert told(waiting) == []
