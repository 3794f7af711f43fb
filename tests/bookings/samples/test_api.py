"""Sample orders in the API: read as one may see them, placed once."""

import json
from urllib.parse import urlsplit

import pytest

from bookings.samples.models import SampleOrder
from instrument_share.accounts.services import api_token_create
from tests.bookings.samples.steps import PDF, accepted, quoted, received, reported, submitted
from tests.factories import NOW


@pytest.fixture
def ask(client, city, clock):
    clock.set(NOW)

    def ask(person, method, path="", **data):
        _, secret = api_token_create(actor=person, name="试", now=NOW)
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "once"}
        send = getattr(client, method)
        body = {"data": json.dumps(data), "content_type": "application/json"} if data else {}
        return send(f"/api/v1/sample-orders{path}", headers=headers, **body)

    return ask


def order_of(city, **changes):
    sample = {"number": "A-1", "name": "断口", "tests": "形貌", "hazards": ["toxic"]}
    return {
        "instrument": city.instrument.public_id,
        "payer_organization": city.company.public_id,
        "subject": "断口分析",
        "samples": [sample],
        **changes,
    }


def test_an_order_is_placed_once(ask, city):
    first, second = (ask(city.researcher, "post", **order_of(city)) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    order = SampleOrder.objects.get()
    assert first.json()["id"] == order.public_id
    assert first.json()["samples"][0]["hazards"] == ["toxic"]


def test_an_order_with_mistakes_names_all_of_them(ask, city):
    answer = ask(city.researcher, "post", **order_of(city, subject=" ", samples=[]))
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["problems"]] == [
        "booking.subject_missing",
        "samples.number_of_samples",
    ]


def test_text_with_a_character_that_no_text_has_is_refused(ask, city):
    """PostgreSQL takes no NUL: the answer was a failure of the server."""
    sample = {"number": "A-1\0", "name": "断口\0", "tests": "形貌\0"}
    answer = ask(
        city.researcher, "post", **order_of(city, subject="断口\0", project="项目\0", samples=[sample])
    )
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == [
        "subject",
        "project",
        "samples.0.number",
        "samples.0.name",
        "samples.0.tests",
    ]
    assert not SampleOrder.objects.exists()


def test_each_reads_what_they_may_see(ask, city, client):
    order = reported(city, received(city, accepted(city, quoted(city, note="含清洗"))), note="见附件")
    other = submitted(city)
    listed = ask(city.keeper, "get").json()["items"]
    assert {one["id"] for one in listed} == {order.public_id, other.public_id}
    assert len(ask(city.keeper, "get", "?state=reported").json()["items"]) == 1
    found = ask(city.researcher, "get", f"/{order.public_id}").json()
    assert (found["quoted_yuan"], found["progress"], len(found["files"])) == ("200.00", None, 1)
    assert (found["quote_note"], found["report_note"], found["end_note"]) == ("含清洗", "见附件", "")
    address = urlsplit(found["files"][0]["address"]).path
    client.force_login(city.researcher)
    assert b"".join(client.get(address).streaming_content) == PDF
    assert found["booking"] == SampleOrder.objects.get(pk=order.pk).booking.public_id
