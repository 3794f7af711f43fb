"""Headers of every kind of answer."""

import pytest
from django.http import HttpResponse

from instrument_share.web.edge.security_headers import ALWAYS, ATTACHED, CLOSED, SecurityHeadersMiddleware
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
    answer.getvalue()  # read to its end, a file is closed


def test_a_file_of_the_site_has_them_too(rf):
    answer = SecurityHeadersMiddleware(lambda _request: HttpResponse(b"<svg/>"))(rf.get("/static/a.svg"))
    assert {*ALWAYS.items(), ("Content-Security-Policy", CLOSED)} <= set(answer.headers.items())


def test_an_error_page_has_them_too(client, unit, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("instrument_share.pages.views.about.city_bureaus", lambda: 1 / 0)
    answer = client.get("/help/")
    assert (answer.status_code, answer["X-Frame-Options"]) == (500, "DENY")


def test_a_file_to_be_saved_is_shut_in(client, unit):
    answer = client.get("/opendata/units.csv")
    assert (answer["Content-Security-Policy"], bool(answer.getvalue())) == (ATTACHED, True)
