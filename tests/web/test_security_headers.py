"""Headers of every kind of answer."""

import pytest

from instrument_share.web.security_headers import ALWAYS, ATTACHED
from tests import factories
from tests.factories import NOW


@pytest.fixture
def unit(db, clock):
    clock.set(NOW)
    return factories.city().owner


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/desk/", 302),
        ("/nothing/here/", 404),
        ("/bureau/organizations/%00", 400),
        ("/static/instrument_share/mark.svg", 200),
        ("/robots.txt", 200),
        ("/healthz", 200),
        ("/opendata/units.csv", 200),
        ("/api/v1/instruments", 200),
        ("/api/v1/bookings", 401),
        ("/api/v1/nothing", 404),
    ],
)
def test_every_answer_has_the_headers(client, unit, address, status):
    answer = client.get(address)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == dict(ALWAYS)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]


def test_an_error_page_has_them_too(client, unit, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_, **__: 1 / 0)
    answer = client.get("/help/")
    assert (answer.status_code, answer["X-Frame-Options"]) == (500, "DENY")


def test_a_file_to_be_saved_is_shut_in(client, unit):
    assert client.get("/opendata/units.csv")["Content-Security-Policy"] == ATTACHED
