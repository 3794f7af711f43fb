"""The public sees nobody: no page, feed or file of open data names who booked, used, kept or decided."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bookings.usage.models import Review
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

USER, KEEPER, PHONE = "欧阳独一", "司徒唯一", "13900007788"


def patterns(resolver, prefix=""):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield prefix + str(one.pattern)


@pytest.fixture
def city(city, clock):
    clock.set(NOW)
    for person, name in ((city.researcher, USER), (city.keeper, KEEPER)):
        person.name, person.phone = name, PHONE
        person.save()
    log = use(city)
    Review.objects.create(log=log, rating="very_satisfied", comment="准时", created_at=NOW)
    book(city, slot(day=3))
    return city


def public_addresses(city):
    """Every address that takes nothing, or what of the unit and its instrument visitors may name."""
    for pattern in patterns(get_resolver()):
        named = city.instrument if "instrument" in pattern else city.owner
        path = pattern.replace("<str:public_id>", named.public_id)
        if "<" not in path and "(" not in path and "^" not in path:
            yield "/" + path


def test_no_public_address_names_a_person(city):
    client, seen = Client(), 0
    for address in public_addresses(city):
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text, seen = body.decode(errors="replace"), seen + 1
        for mark in (USER, KEEPER, PHONE, city.researcher.email, city.researcher.username):
            assert mark not in text, (address, mark)
    assert seen > 20
