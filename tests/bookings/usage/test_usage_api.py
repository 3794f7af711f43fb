"""Usage logs as programs read them."""

from datetime import date

import pytest

from bookings.usage import registry
from bookings.usage.services.usage import usage_confirm, usage_correct
from tests.bookings.requests.booking import use
from tests.factories import slot

pytestmark = pytest.mark.django_db


def test_api_says_when_the_year_of_a_log_was_frozen_and_reads_it_once(city, client, monkeypatch):
    for day in (1, 2, 3):
        log = use(city, slot(day))
    client.force_login(city.researcher)
    assert client.get(f"/api/v1/usage/{log.public_id}").json()["year_frozen_date"] is None
    asked = []
    monkeypatch.setattr(registry, "_readers", [lambda year: asked.append(year) or date(2026, 3, 9)])
    shown = [one["year_frozen_date"] for one in client.get("/api/v1/usage").json()["items"]]
    assert (shown, asked) == (["2026-03-09"] * 3, [2026])


def test_api_says_who_recorded_and_lists_what_waits_for_whom_or_is_of_a_booking(city, client):
    waiting, done = use(city, slot(1)), use(city, slot(2))
    usage_confirm(actor=city.researcher, log_id=done.pk, now=slot(2).end)

    def ids(person, query=""):
        client.force_login(person)
        return [one["id"] for one in client.get(f"/api/v1/usage{query}").json()["items"]]

    assert ids(city.researcher) == [done.public_id, waiting.public_id]
    assert ids(city.researcher, "?waiting=true") == [waiting.public_id]
    assert ids(city.researcher, f"?booking={done.booking.public_id}") == [done.public_id]
    assert ids(city.keeper, "?waiting=true") == []
    changes = {"idle_seconds": 600, "measuring_seconds": 6600}
    usage_correct(actor=city.manager, log_id=done.pk, changes=changes, reason="停机十分钟", now=slot(2).end)
    assert ids(city.keeper, "?waiting=true") == [done.public_id]
    told = client.get(f"/api/v1/usage/{done.public_id}").json()
    assert told["recorded_by"] == {"id": city.keeper.public_id, "name": city.keeper.name}
    (correction,) = told["corrections"]
    assert correction["recorded_by"] == {"id": city.manager.public_id, "name": city.manager.name}


def test_api_lists_as_many_uses_with_as_many_statements(city, client, statements):
    client.force_login(city.keeper)
    days = iter(range(1, 9))

    def corrected():
        log = use(city, slot(day := next(days)))
        changes = {"idle_seconds": 600, "measuring_seconds": 6600}
        usage_correct(
            actor=city.manager, log_id=log.pk, changes=changes, reason="停机十分钟", now=slot(day).end
        )

    corrected()
    statements.assert_unchanged(lambda: client.get("/api/v1/usage"), by=corrected)
