"""Forms of decisions that settle bookings: what they offer for each, and what they say goes along."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.projects.models import Project
from instrument_share.accounts.domain import MembershipState
from instrument_share.accounts.models import Membership, User
from providers.instruments.domain.choices import InstrumentState
from providers.models import Instrument
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.bookings.requests.pages.test_rule_publication import RULE
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.requests.test_together import linked_city
from tests.bookings.samples.steps import suspend_credit
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
AT_PRESENT = "目前不能改期，原因见预约页面。"
OUT_OF_SERVICE = "该仪器或同时预约的仪器暂停服务，因此不能改期。"
CANCEL_BOTH = "取消，不收费。同时预约的样品制备仪一并取消。"


@pytest.fixture
def manager(client, clock):
    """The unit's manager of a city in which an instrument can't be booked without another."""
    clock.set(NOW)
    client.city = linked_city()
    client.force_login(client.city.manager)
    return client


def ask_to_suspend(client):
    return client.get(reverse("instrument_suspend", args=[client.city.instrument.public_id]))


def ask_to_close(client):
    typed = {"starts_at": "2026-03-02T08:00", "ends_at": "2026-03-30T20:00", "reason_zh": "更换灯丝"}
    return client.post("/keeper/closure/", {"instrument": client.city.instrument.public_id, **typed})


def choices(answer, booking):
    """The ways that are offered for a booking, each in words, and what is said of it."""
    field = answer.context["fates"].fields[f"outcome_{booking.public_id}"]
    return {way: str(words) for way, words in field.choices}, str(field.help_text)


def suspended(city):
    """A booking of somebody whose credit is suspended."""
    person = factories.member(city.company, name="庚")
    booking = book(city, slot(day=4), actor=person)
    suspend_credit(person, NOW + timedelta(days=30))
    return booking


def locked(city):
    """A booking of somebody whose account is locked."""
    person = factories.member(city.company, name="辛")
    booking = book(city, slot(day=6), actor=person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    return booking


def without_payer(city):
    """A booking of somebody who no longer belongs to the organization that pays."""
    person = factories.member(city.company, name="壬")
    booking = book(city, slot(day=7), actor=person)
    Membership.objects.filter(user=person).update(state=MembershipState.ENDED)
    return booking


@pytest.mark.parametrize("ask", [ask_to_suspend, ask_to_close])
def test_moving_is_offered_for_what_can_be_moved_alone(manager, ask):
    city = manager.city
    project = add_project(city)
    movable, refused = book(city, slot(day=3)), [suspended(city), locked(city), without_payer(city)]
    of_project = book(city, slot(day=5), organization_project_id=project.pk)
    Project.objects.update(state="closed")
    answer = ask(manager)
    assert ("move" in choices(answer, movable)[0], choices(answer, movable)[1]) == (True, "")
    for booking in (*refused, of_project):
        offered, said = choices(answer, booking)
        assert ("move" in offered, said) == (False, AT_PRESENT)
        assert f"start_{booking.public_id}" not in answer.context["fates"].fields


def test_move_that_is_not_offered_is_refused_beside_its_booking(manager):
    booking = suspended(manager.city)
    typed = {"reason": "真空泵故障", f"outcome_{booking.public_id}": "move"}
    typed[f"start_{booking.public_id}"] = "2026-03-10T09:00"
    address = reverse("instrument_suspend", args=[manager.city.instrument.public_id])
    answer = manager.post(address, typed)
    assert (answer.status_code, list(answer.context["fates"].errors)) == (
        422,
        [f"outcome_{booking.public_id}"],
    )


def test_nothing_moves_with_an_instrument_that_is_out_of_service(manager):
    booking = book(manager.city, slot(day=3))
    Instrument.objects.filter(pk=manager.city.second.pk).update(state=InstrumentState.SUSPENDED)
    offered, said = choices(ask_to_suspend(manager), booking)
    assert (list(offered), said) == (["keep", "cancel"], OUT_OF_SERVICE)


@pytest.mark.parametrize("ask", [ask_to_suspend, ask_to_close])
def test_cancellation_names_what_is_cancelled_too(manager, ask):
    booking = book(manager.city, slot(day=3))
    offered, _said = choices(ask(manager), booking)
    assert offered["cancel"] == CANCEL_BOTH


def test_retirement_names_what_is_cancelled_too_and_asks_for_no_move(manager):
    booking = suspended(manager.city)
    Instrument.objects.filter(pk=manager.city.instrument.pk).update(state=InstrumentState.SUSPENDED)
    answer = manager.get(reverse("instrument_retire", args=[manager.city.instrument.public_id]))
    assert choices(answer, booking) == ({"cancel": CANCEL_BOTH}, "")


def test_new_rule_offers_no_move_for_a_suspended_user_and_keeps_their_booking_instead(manager):
    put_in_force(manager.city, hours())
    booking = suspended(manager.city)
    typed = {**RULE, "patterns-0-opens": "12:00", "act": "preview", f"outcome_{booking.public_id}": "move"}
    fates = (
        manager.post(
            reverse("rule_new", args=[manager.city.instrument.public_id]), {**typed, "form_token": "one"}
        )
        .context["publication"]
        .fates
    )
    field = fates.fields[f"outcome_{booking.public_id}"]
    assert ([way for way, _words in field.choices], field.initial) == (["keep", "cancel"], "keep")
    assert str(field.help_text) == AT_PRESENT


def test_page_takes_as_many_statements_for_several_bookings_as_for_one(manager, statements):
    def add():
        for day in range(4, 9):
            book(manager.city, slot(day=day))

    book(manager.city, slot(day=3))
    statements.assert_unchanged(lambda: ask_to_suspend(manager), by=add)
