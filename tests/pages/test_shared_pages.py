"""Visitors share a page for a minute; a write, another language or a login makes another."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from bookings.requests.services.bookings import booking_create
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.journal.services import record
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')


@pytest.fixture
def city(clock, shared_pages):
    clock.set(NOW)
    return factories.city()


def calendar(city):
    return Client().get(reverse("instrument_availability", args=[city.instrument.public_id])).content


def rename(city, name):
    """Change what pages show, without an entry: only a page that is made anew shows it."""
    city.instrument.name_zh = name
    city.instrument.save()


def shows(name, **client):
    page = Client(**client).get(reverse("catalogue"))
    assert page.status_code == 200
    return name in page.content.decode()


def test_a_second_visitor_gets_the_page_of_the_first(city, statements):
    assert shows("扫描电子显微镜")
    taken = statements.of(lambda: Client().get(reverse("catalogue")))
    assert len(taken) == 1, taken


def test_what_a_write_changed_is_on_the_next_page(city):
    assert shows("扫描电子显微镜")
    rename(city, "改名的仪器")
    assert not shows("改名的仪器"), "the page was not shared"
    record(actor=city.manager, action="instrument.updated", subject=city.instrument, now=NOW)
    assert shows("改名的仪器")


def test_a_booking_takes_its_time_off_the_shared_calendar(city):
    before = calendar(city)
    assert calendar(city) == before
    booking_create(
        actor=city.researcher,
        instrument_id=city.instrument.pk,
        interval=slot(),
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        subject="断口观察",
        now=NOW,
    )
    assert calendar(city) != before


def test_a_page_is_shared_for_the_rest_of_its_minute(city, clock):
    assert shows("扫描电子显微镜")
    rename(city, "改名的仪器")
    clock.move(timedelta(seconds=59))
    assert not shows("改名的仪器")
    clock.move(timedelta(seconds=1))
    assert shows("改名的仪器")


def test_each_language_has_its_own(city):
    assert shows("扫描电子显微镜")
    english = Client(headers={"accept-language": "en"}).get(reverse("catalogue")).content.decode()
    assert "Field emission SEM" in english and '<html lang="en">' in english


def test_each_host_and_part_of_a_page_has_its_own(city):
    whole = Client().get(reverse("catalogue")).content
    part = Client().get(reverse("catalogue"), {"q": "显微镜"}, headers={"HX-Request": "true"}).content
    assert whole != part


def test_a_person_and_a_visitor_never_share(city):
    researcher = Client()
    researcher.force_login(city.researcher)
    own = researcher.get(reverse("catalogue")).content.decode()
    assert city.researcher.name in own
    assert not shows(city.researcher.name)
    assert city.researcher.name in researcher.get(reverse("catalogue")).content.decode()


def test_the_token_of_a_shared_page_is_the_visitors_own(city):
    first, second = (Client(enforce_csrf_checks=True) for _ in range(2))
    tokens = []
    for client in (first, second):
        page = client.get(reverse("catalogue")).content.decode()
        tokens.append(TOKEN.search(page)[1])
        assert f'"X-CSRFToken": "{tokens[-1]}"' in page
    assert tokens[0] != tokens[1]
    assert all(token.encode() not in kept for kept in caches["pages"]._cache.values() for token in tokens)
    chosen = {"language": "en", "next": "/", "csrfmiddlewaretoken": tokens[1]}
    assert second.post(reverse("set_language"), chosen).status_code == 302
    assert first.post(reverse("set_language"), chosen).status_code == 403


def test_a_page_that_is_not_there_is_asked_for_anew(city):
    address = reverse("instrument", args=["INS-0000000000"])
    assert Client().get(address).status_code == 404
    city.instrument.public_id = "INS-0000000000"
    city.instrument.save()
    assert Client().get(address).status_code == 200


def test_a_transaction_that_ends_late_changes_the_state(city):
    def entry(number):
        AuditEntry(pk=number, at=NOW, actor_name="甲", action="a.b", subject_type="x", subject_id="1").save()

    entry(1_000_010)
    before = journal.read_state()
    entry(1_000_005)
    assert journal.read_state() != before
