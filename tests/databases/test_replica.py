"""What is read from the replica, and that everybody reads what they have written.

The replica here is a pretended one; `deploy/drill/replica.py` does the same on a real one.
"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from instrument_share.accounts.models import User
from instrument_share.databases import replica
from instrument_share.databases.postgresql import configure_postgresql
from instrument_share.journal.models import AuditEntry
from instrument_share.web.responses import replica_pages
from instrument_share.web.responses.replica_pages import COOKIE, WrittenMiddleware, read_from_replica
from providers.instruments.models import Instrument

ROUTER = replica.ReplicaRouter()
BEHIND, THERE, AHEAD = "0/3000000", "0/3000060", "0/4000000"


class Replica:
    """A connection that has replayed the log as far as `replayed`."""

    def __init__(self, replayed):
        self.replayed, self.asked, self.is_away = replayed, [], False

    def cursor(self):
        if self.is_away:
            raise OperationalError("refused")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def execute(self, _statement, parameters):
        self.asked.append(parameters)

    def fetchone(self):
        position, _lag = self.asked[-1]
        return [_number(position) <= _number(self.replayed)]

    def close(self):
        return None


def _number(position):
    high, low = position.split("/")
    return int(high, 16) << 32 | int(low, 16)


@pytest.fixture
def there(monkeypatch):
    """The replica of the site."""
    one = Replica(THERE)
    monkeypatch.setattr(replica, "has_replica", lambda: True)
    monkeypatch.setattr(replica, "connections", {DEFAULT_DB_ALIAS: connection, replica.ALIAS: one})
    monkeypatch.setattr(replica, "_left_alone_until", 0.0)
    return one


def ask(view, cookie="", **headers):
    request = RequestFactory().get("/", headers=headers)
    request.user = AnonymousUser()
    if cookie:
        request.COOKIES[COOKIE] = cookie
    return read_from_replica(view)(request)


def where(_request=None):
    """A view that tells where it reads."""
    return HttpResponse(ROUTER.db_for_read(Instrument))


def test_views_that_only_show_read_from_the_replica(there):
    assert ask(where).content == b"replica"
    assert ROUTER.db_for_read(Instrument) == DEFAULT_DB_ALIAS
    with replica.reading_from_replica():
        read = [ROUTER.db_for_read(model) for model in (Instrument, AuditEntry, User)]
        assert read == ["replica", "replica", DEFAULT_DB_ALIAS]
        assert ROUTER.db_for_write(Instrument) == DEFAULT_DB_ALIAS


@pytest.mark.django_db
def test_what_is_decided_is_read_from_the_primary(there):
    with replica.reading_from_replica(), transaction.atomic():
        assert ROUTER.db_for_read(Instrument) == DEFAULT_DB_ALIAS


@pytest.mark.parametrize(
    ("cookie", "read"),
    [(BEHIND, b"replica"), (THERE, b"replica"), (AHEAD, b"default"), ("1; DROP", b"default")],
)
def test_who_has_written_reads_it(there, cookie, read):
    assert ask(where, cookie=cookie).content == read


def test_programs_with_a_token_read_from_the_primary(there):
    assert ask(where, Authorization="Bearer x").content == b"default"


def test_replica_without_an_answer_is_left_alone_for_a_while(there, monkeypatch):
    there.is_away = True
    assert ask(where).content == b"default"
    there.is_away = False
    assert ask(where).content == b"default"
    monkeypatch.setattr(replica.time, "monotonic", lambda: replica._left_alone_until)
    assert ask(where).content == b"replica"


def test_page_is_made_anew_from_the_primary_when_the_replica_breaks_off(there):
    def break_off(request):
        if replica.is_reading_from_replica():
            raise OperationalError("canceling statement due to conflict with recovery")
        return where()

    assert ask(break_off).content == b"default"

    def fail(_request):
        raise OperationalError("refused")

    with pytest.raises(OperationalError):
        ask(fail)


def test_export_is_read_from_the_replica_while_it_is_sent(there):
    response = ask(lambda _request: StreamingHttpResponse(where().content for _ in range(2)))
    assert list(response.streaming_content) == [b"replica", b"replica"]
    assert ROUTER.db_for_read(Instrument) == DEFAULT_DB_ALIAS


@pytest.mark.parametrize(
    ("method", "headers", "mark"),
    [("post", {}, THERE), ("get", {}, None), ("post", {"Authorization": "Bearer x"}, None)],
)
def test_browsers_that_send_something_are_marked(there, monkeypatch, method, headers, mark):
    monkeypatch.setattr(replica, "read_position", lambda: THERE)
    request = getattr(RequestFactory(), method)("/", headers=headers)
    cookies = WrittenMiddleware(lambda _request: HttpResponse())(request).cookies
    assert (cookies[COOKIE].value if COOKIE in cookies else None) == mark
    if mark:
        assert cookies[COOKIE]["max-age"] == replica_pages.KEPT_SECONDS
        assert (cookies[COOKIE]["httponly"], cookies[COOKIE]["samesite"]) == (True, "Lax")


def test_position_that_is_not_known_leads_to_the_primary(there, monkeypatch):
    def fail():
        raise OperationalError("refused")

    monkeypatch.setattr(replica, "read_position", fail)
    answer = WrittenMiddleware(lambda _request: HttpResponse())(RequestFactory().post("/"))
    assert ask(where, cookie=answer.cookies[COOKIE].value).content == b"default"


def test_site_without_a_replica_does_nothing(monkeypatch):
    monkeypatch.setattr(replica, "has_replica", lambda: False)
    with pytest.raises(MiddlewareNotUsed):
        WrittenMiddleware(lambda _request: HttpResponse())
    assert ask(where).content == b"default"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no log to be replayed")
def test_primary_tells_its_position_and_is_no_replica(monkeypatch):
    assert replica_pages.POSITION.fullmatch(replica.read_position())
    monkeypatch.setattr(replica, "has_replica", lambda: True)
    monkeypatch.setattr(replica, "connections", {replica.ALIAS: connection})
    with replica.reading_from_replica():
        assert not replica.is_reading_from_replica()


def test_connection_to_a_machine_that_died_is_given_up():
    database = {"OPTIONS": {"options": "-c jit=off", "connect_timeout": 3}}
    configure_postgresql(database, pool=4, pool_seconds=5, lock_seconds=20)
    options = database["OPTIONS"]
    assert (options["options"], options["connect_timeout"]) == ("-c jit=off", 3)
    assert (options["tcp_user_timeout"], options["keepalives_idle"]) == (15_000, 10)
    assert database["CONN_HEALTH_CHECKS"] is True
    assert options["pool"] == {"min_size": 1, "max_size": 4, "timeout": 5, "reconnect_timeout": 3}
