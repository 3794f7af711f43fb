"""One booking's page, for whom it waits: what it says and what it lets them do."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings import selectors, services
from tests import factories
from tests.bookings.booking import book, use
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def city():
    return factories.city(decision="by_keeper", decision_hours=24)


@pytest.fixture
def open_page(client, clock):
    def open_page(person, name, *args, now=NOW, **query):
        clock.set(now)
        if person is not None:
            client.force_login(person)
        return client.get(reverse(name, args=args), query)

    return open_page


@pytest.fixture
def send(client, clock):
    def send(person, name, *args, now=NOW, htmx=False, **data):
        clock.set(now)
        client.force_login(person)
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(reverse(name, args=args), data, headers=headers)

    return send


def text(response):
    return response.content.decode()


def test_smoke(city, open_page, send):
    b = book(city)
    for who in (city.researcher, city.keeper, city.manager):
        r = open_page(who, "booking", b.public_id)
        assert r.status_code == 200
    assert open_page(city.researcher, "booking_cancel", b.public_id).status_code == 200
    assert open_page(city.researcher, "booking_move", b.public_id).status_code == 200
    assert open_page(city.researcher, "booking_move_quote", b.public_id, starts_at="2026-03-04T09:00", ends_at="2026-03-04T10:00").status_code == 200
    assert open_page(city.researcher, "booking_move_times", b.public_id).status_code == 200
    r = send(city.keeper, "booking_approve", b.public_id, revision=b.revision, htmx=True)
    assert r.status_code == 200, text(r)
    assert open_page(city.researcher, "booking", b.public_id).status_code == 200
    r = send(city.keeper, "booking_check_in", b.public_id, now=b.starts_at)
    assert r.status_code == 302
    assert open_page(city.keeper, "booking_check_out", b.public_id, now=b.ends_at).status_code == 200
    r = send(city.keeper, "booking_check_out", b.public_id, now=b.ends_at)
    assert r.status_code == 302, text(r)
    log = selectors.usage_logs(city.keeper).get()
    r = open_page(city.researcher, "usage_log", log.public_id)
    r = open_page(city.keeper, "usage_log", log.public_id)
    assert open_page(city.keeper, "usage_correct", log.public_id).status_code == 200
    r = send(city.researcher, "usage_confirm", log.public_id)
    assert r.status_code == 302
    r = send(city.researcher, "usage_review", log.public_id)
    assert r.status_code == 422
    r = send(city.researcher, "usage_review", log.public_id, rating="satisfied")
    assert r.status_code == 302
