"""What readers and operators see when something goes wrong in the program, or too much comes at once."""

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils.translation import override
from psycopg.errors import DeadlockDetected, DiskFull, LockNotAvailable
from psycopg_pool import PoolTimeout

from bookings import public as bookings_public
from instrument_share.logs import build_logging
from instrument_share.web.responses.failures import server_error
from providers import public
from tests.factories import user

SECRET = "lin@example.org"


@pytest.fixture
def reader():
    return Client(raise_request_exception=False)


@pytest.fixture
def log():
    """`log()` returns the lines of requests as a site writes them."""
    line = build_logging("json", "INFO")["formatters"]["line"]
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        line["()"](foreign_pre_chain=line["foreign_pre_chain"], processors=line["processors"])
    )
    logger = logging.getLogger("django_structlog.middlewares.request")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(one) for one in written.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def break_pages(monkeypatch):
    """`break_pages(error)` makes every page and operation that reads the catalogue fail."""

    def fail_with(error):
        def fail(*_args, **_kwargs):
            raise error

        monkeypatch.setattr(public, "catalogue", fail)
        monkeypatch.setattr(bookings_public, "search_catalogue", fail)

    return fail_with


def busy(cause=PoolTimeout):
    error = OperationalError("busy")
    error.__cause__ = cause("busy")
    return error


@pytest.mark.django_db
def test_page_of_an_error_shows_the_id_under_which_the_log_has_it(reader, log, break_pages):
    break_pages(ZeroDivisionError("a mistake"))
    answer = reader.get(f"/?q={SECRET}", headers={"Accept-Language": "zh-CN"})
    (line,) = log()
    assert answer.status_code == 500
    assert f"请提供此编号：{line['request_id']}" in answer.content.decode()
    assert (line["level"], line["event"], line["request"]) == ("error", "request_failed", "GET /")
    assert "ZeroDivisionError: a mistake" in line["exception"]
    assert SECRET not in json.dumps(line["request"])


@pytest.mark.django_db
def test_line_of_a_request_names_who_asked_and_the_route_alone(client, log):
    person = user()
    client.force_login(person)
    client.get(f"/instruments/?q={SECRET}")
    client.get("/accounts/password/reset/key/1-abcdef/")
    first, second = log()
    assert (first["request"], first["code"], first["actor"]) == ("GET /instruments/", 200, person.public_id)
    assert "abcdef" not in json.dumps(second)
    assert SECRET not in json.dumps([first, second])
    assert not {"ip", "user_agent"} & (first.keys() | second.keys())


@pytest.mark.django_db
def test_line_of_a_refused_request_names_who_asked(client, log):
    person = user()
    client.force_login(person)
    client.get("/system/jobs/")
    (line,) = log()
    assert (line["request"], line["code"], line["actor"]) == ("GET /system/jobs/", 403, person.public_id)


@pytest.mark.django_db
@pytest.mark.parametrize("cause", [PoolTimeout, LockNotAvailable, DeadlockDetected])
def test_busy_database_is_answered_503_with_a_time_to_try_again(reader, break_pages, cause):
    break_pages(busy(cause))
    answer = reader.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "系统繁忙" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_lock_that_another_transaction_keeps_is_answered_503(reader, monkeypatch):
    person = user()

    def lock(*_args, **_kwargs):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("20s",)
                cursor.execute("SET lock_timeout = '100ms'")
            else:
                cursor.execute("PRAGMA busy_timeout = 100")
        with transaction.atomic():
            type(person).objects.select_for_update().get(pk=person.pk)

    monkeypatch.setattr(public, "catalogue", lock)
    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        type(person).objects.select_for_update().get(pk=person.pk)
        answer = other.submit(ask_and_hang_up, reader).result()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


def ask_and_hang_up(reader):
    try:
        return reader.get("/")
    finally:
        connection.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "code"), [(ZeroDivisionError(), 500, "site.failed"), (busy(), 503, "site.busy")]
)
def test_api_answers_failures_as_problems(reader, log, break_pages, error, status, code):
    break_pages(error)
    answer = reader.get("/api/v1/instruments")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == log()[0]["request_id"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "words", "others"),
    [
        ("/me/notifications/read/", "Send the same form again", "Idempotency-Key"),
        ("/api/v1/quotes", "with the same Idempotency-Key", "form"),
    ],
)
def test_broken_connection_tells_people_of_their_form_and_programs_of_their_key(rf, address, words, others):
    with override("en"):
        try:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        except psycopg.OperationalError:
            answer = server_error(rf.post(address))
    detail = answer.content.decode()
    assert answer.status_code == 503
    assert words in detail
    assert others not in detail


def full(words, cause=None):
    error = OperationalError(words)
    error.__cause__ = cause
    return error


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [
        full("could not extend file", DiskFull("could not extend file")),
        full("database or disk is full"),
        OSError(28, "No space left on device"),
    ],
    ids=["disk of PostgreSQL", "disk of SQLite", "disk of files"],
)
def test_disk_without_room_is_answered_503_and_nothing_is_said_of_what_was_sent(reader, break_pages, error):
    break_pages(error)
    answer = reader.get("/api/v1/instruments", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer.json()["code"] == "site.away"
    assert "Check in a few minutes whether" in answer.json()["detail"]
    assert reader.get("/").status_code == 503


@pytest.mark.django_db
def test_a_site_is_ready_when_it_reaches_its_database(client, monkeypatch):
    assert client.get("/readyz").content == b"ready\n"

    def refuse():
        raise OperationalError("refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database\n")
    assert client.get("/healthz").status_code == 200


def test_documented_server_has_as_many_threads_as_connections(settings):
    documented = (settings.BASE_DIR / "docs/site/instrument-share.service").read_text(encoding="utf-8")
    started = (settings.BASE_DIR / "docker/entrypoint").read_text(encoding="utf-8")
    code = (settings.BASE_DIR / "instrument_share/settings.py").read_text(encoding="utf-8")
    pool = re.findall(r'"DATABASE_POOL", default=(\d+)', code)
    for text in (documented, started):
        assert re.findall(r"--blocking-threads (\d+)", text) == pool
