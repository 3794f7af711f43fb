import pytest
from django.urls import reverse

from tests import factories
from tests.factories import NOW


@pytest.fixture
def city(db):
    return factories.city(decision="by_keeper", decision_hours=24)


@pytest.fixture
def see(client, clock):
    """`see(person, name, *args)` opens a page as that person, None for a visitor."""

    def see(person, name, /, *args, now=NOW, **query):
        clock.set(now)
        client.force_login(person) if person else client.logout()
        return client.get(reverse(name, args=args), query)

    return see


@pytest.fixture
def send(client, clock):
    def send(person, name, /, *args, now=NOW, htmx=False, **data):
        clock.set(now)
        client.force_login(person) if person else client.logout()
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(reverse(name, args=args), data, headers=headers)

    return send
