"""Usage logs as programs read them."""

from datetime import date

import pytest

from bookings.usage import registry
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
