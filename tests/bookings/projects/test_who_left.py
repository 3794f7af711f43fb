"""Projects whose holder or members have left the organization."""

from decimal import Decimal

import pytest

from bookings.requests.services.membership import organization_leave
from tests import factories
from tests.api.test_api import Caller
from tests.bookings.projects.things import add_project
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver(city):
    """A colleague of the company, who has not left yet."""
    return factories.member(city.company, name="丁")


def leave(city, person):
    organization_leave(actor=person, organization_id=city.company.pk, now=NOW)


def test_form_asks_for_a_holder_where_the_former_one_has_left(city, leaver, client, clock):
    """Else the browser would choose the first of the list, and nobody see that the holder changes."""
    clock.set(NOW)
    add_project(city, 400, holder_id=leaver.pk)
    leave(city, leaver)
    client.force_login(city.admin)
    address = f"/projects/{city.project.public_id}/edit/"
    page = client.get(address)
    assert page.context["form"].fields["holder"].choices[0] == ("", "请选择项目负责人")
    entered = {"name": "钛", "funding": "other", "open_to": "all", "budget_yuan": "500", "revision": "1"}
    assert client.post(address, entered | {"holder": ""}).context["form"].errors["holder"]
    assert client.post(address, entered | {"holder": city.admin.public_id}).status_code == 302
    city.project.refresh_from_db()
    assert (city.project.holder, city.project.budget_yuan) == (city.admin, Decimal(500))


def test_holder_of_the_organization_is_chosen_without_an_empty_choice(city, client, clock):
    clock.set(NOW)
    add_project(city)
    client.force_login(city.admin)
    page = client.get(f"/projects/{city.project.public_id}/edit/")
    assert "" not in dict(page.context["form"].fields["holder"].choices)


def test_project_is_sent_back_as_it_was_read_though_a_member_has_left(city, leaver, clock):
    clock.set(NOW)
    add_project(city, 400, for_all_members=False, member_ids=frozenset({leaver.pk, city.researcher.pk}))
    leave(city, leaver)
    admin, address = Caller(city.admin), f"/projects/{city.project.public_id}"
    read = admin("GET", address)
    kept = ("name", "number", "funding", "for_all_members", "members", "first_date", "last_date")
    facts = {name: read.json()[name] for name in kept} | {"holder": read.json()["holder"]["id"]}
    changed = admin("PUT", address, facts | {"budget_yuan": "500.00"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["budget_yuan"]) == (200, "500.00")


def test_holder_who_gives_a_project_away_is_answered_and_led_to_their_own_page(city, client, clock):
    clock.set(NOW)
    people = {"for_all_members": False, "member_ids": frozenset()}
    project = add_project(city, holder_id=city.researcher.pk, **people)
    client.force_login(city.researcher)
    entered = {"name": "钛", "funding": "other", "open_to": "named", "holder": city.admin.public_id}
    sent = client.post(f"/projects/{project.public_id}/edit/", entered | {"revision": "1"}, follow=True)
    assert (sent.status_code, sent.redirect_chain) == (200, [("/me/", 302)])
    project.refresh_from_db()
    assert project.holder == city.admin


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "p1"}])
def test_program_that_gives_a_project_away_reads_what_it_is_now(city, clock, key):
    clock.set(NOW)
    people = {"for_all_members": False, "member_ids": frozenset()}
    project = add_project(city, holder_id=city.researcher.pk, **people)
    holder, address = Caller(city.researcher), f"/projects/{project.public_id}"
    facts = {"name": "钛", "holder": city.admin.public_id, "for_all_members": False}
    changed = holder("PUT", address, facts, **{"If-Match": '"1"', **key})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (changed.json()["holder"]["id"], changed.json()["members"]) == (city.admin.public_id, None)
    assert holder("GET", address).status_code == 404
