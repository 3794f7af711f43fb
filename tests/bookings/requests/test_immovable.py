"""Lists say of many bookings at once what admission says of each: which the unit can't move, and why."""

from datetime import timedelta
from itertools import product

import pytest

from bookings.requests.domain.choices import CreditOutcome
from bookings.requests.models import Booking, BookingGroup, CreditAnswer, CreditAppeal, CreditEvent
from bookings.requests.selectors.bookings import find_immovable
from bookings.requests.views.common import get_possible_actions
from instrument_share.accounts.models import Membership
from tests import factories
from tests.bookings.projects.things import add_project
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)
PAYERS = ("oneself", "active", "ended", "pending", "suspended")
CREDITS = ("none", "two", "three", "over", "upheld", "lifted", "taken back")
PROJECTS = ("none", "all", "named", "unnamed", "held", "closed")


@pytest.fixture
def world():
    city = factories.city()
    city.suspended = factories.organization("云屏停用科技有限公司", state="suspended")
    city.projects = {
        name: add_project(city, number=name, for_all_members=name in {"all", "closed"})
        for name in PROJECTS
        if name != "none"
    }
    closed = city.projects["closed"]
    closed.state = "closed"
    closed.save()
    return city


def add_events(person, name, booking):
    """Three events on the person's credit, of which the last is that of the name; or fewer."""
    count = {"none": 0, "two": 2}.get(name, 3)
    events = [
        CreditEvent(user=person, kind="late_cancel", occurred_at=NOW - timedelta(days=60), ends_at=LATER)
        for _each in range(count)
    ]
    if name == "over":
        events[-1].ends_at = NOW
    if name == "taken back":
        events[-1].kind, events[-1].booking = "no_show", booking
    for event in events:
        event.save()
    if name in {"upheld", "lifted"}:
        appeal = CreditAppeal.objects.create(
            event=events[-1], reason="堵车", appealed_at=NOW, answer_date=LATER.date()
        )
        CreditAnswer.objects.create(
            appeal=appeal, outcome=CreditOutcome(name), reason="—", answered_by=person, answered_at=NOW
        )


def add_case(city, number, active, payer, credit, project):
    """A booking of somebody who stands so, at a time of its own."""
    person = factories.user(f"人{number}", is_active=active)
    organization = city.suspended if payer == "suspended" else city.company
    if payer != "oneself":
        state = payer if payer in {"ended", "pending"} else "active"
        Membership.objects.create(
            user=person, organization=organization, role="researcher", state=state, created_at=NOW
        )
    named = city.projects.get(project)
    if project == "named":
        named.members.add(person)
    if project == "held":
        type(named).objects.filter(pk=named.pk).update(holder=person)
    start = NOW + timedelta(days=1, hours=number)
    facts = {
        "group": BookingGroup.objects.create(user=person, created_at=NOW),
        "instrument": city.instrument,
        "rule": city.rule,
        "user": person,
        "user_kind": "outside",
        "service_mode": "operated",
        "subject": "—",
        "quote": [],
        "quoted_yuan": 0,
        "requested_at": NOW,
    }
    booking = Booking.objects.create(
        **facts,
        **({"payer_person": person} if payer == "oneself" else {"payer_organization": organization}),
        organization_project=named,
        state="approved",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        held_until=start + timedelta(hours=1),
    )
    used = {"starts_at": NOW - timedelta(days=3), "ends_at": NOW - timedelta(days=2), "checked_in_at": NOW}
    add_events(
        person,
        credit,
        Booking.objects.create(
            **facts, **used, payer_person=person, state="completed", held_until=used["ends_at"]
        ),
    )
    return booking


def find_differences(city, cases):
    made = {case: add_case(city, number, *case) for number, case in enumerate(cases)}
    immovable = find_immovable(list(made.values()), NOW)
    told = {
        case: "move" not in get_possible_actions(city.keeper, Booking.objects.get(pk=booking.pk), NOW)
        for case, booking in made.items()
    }
    assert set(told.values()) == {True, False}
    return [case for case, is_told in told.items() if is_told != (made[case].pk in immovable)]


def test_accounts_payers_and_credit_keep_a_booking_from_being_moved_alike(world):
    assert find_differences(world, product([True, False], PAYERS, CREDITS, ["none"])) == []


def test_projects_keep_a_booking_from_being_moved_alike(world):
    assert find_differences(world, product([True, False], ["active"], ["none", "three"], PROJECTS)) == []
