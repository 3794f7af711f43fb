"""A mail server that takes the connection and says nothing stops neither the site nor its other work."""

import re
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.cookiejar import CookieJar
from itertools import count
from queue import Queue
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

import pytest
from django.db import connection
from django.test import Client

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import User
from instrument_share.jobs.services import FIRST_DELAY
from instrument_share.mails.models import OutgoingMail
from tests import factories
from tests.engines import on_postgresql
from tests.served import PATIENCE, documented_server, free_port, get, running, wait_until_ready

MAIL_LIMIT = 10
"""Seconds that the worker waits for the mail server; whatever hangs with it takes at least as long."""
PASSWORD = "Vorlage-für-den-Anfang"
RESET, SIGNUP = "/accounts/password/reset/", "/accounts/signup/"

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]


class SilentServer:
    """Accepts connections and never says a word."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.accepted, self.conversations = Queue(), []
        self.thread = Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        try:
            while True:
                self.conversations.append(self.listening.accept()[0])
                self.accepted.put(self.conversations[-1])
        except OSError:  # closed
            pass

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        self.listening.close()
        self.thread.join()
        for one in self.conversations:
            one.close()


@pytest.fixture
def silent():
    server = SilentServer()
    yield server
    server.close()


def is_waited_for(conversation):
    """Whether whoever connected still waits for the first word."""
    conversation.setblocking(False)
    try:
        return conversation.recv(1) != b""
    except BlockingIOError:
        return True


@pytest.fixture
def start(process_environment, tmp_path):
    """`start(command, mail_port)` runs a program of the site until the test ends."""
    programs, numbers = ExitStack(), count()

    def start(command, mail_port, **more):
        environment = {
            **process_environment,
            "DEBUG": "true",
            "VAR_DIR": str(tmp_path),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "EMAIL_TIMEOUT": str(MAIL_LIMIT),
            **more,
        }
        programs.enter_context(running(command, environment, tmp_path / f"log{next(numbers)}"))

    with programs:
        yield start


@pytest.fixture
def serve(start):
    """`serve(mail_port)` starts the documented server and returns its address."""

    def serve(mail_port):
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        start(documented_server(port), mail_port, SITE_URL=site)
        wait_until_ready(site)
        return site

    return serve


WORKER = [sys.executable, "manage.py", "worker"]


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def post(site, path, **typed):
    """Open a form and send it, as a browser of its own does; return what is said of it."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()), NoRedirect)
    with browser.open(f"{site}{path}", timeout=PATIENCE) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    data = urlencode({**typed, "csrfmiddlewaretoken": token}).encode()
    try:
        with browser.open(f"{site}{path}", data, timeout=PATIENCE) as answer:
            return answer.status, "", answer.read()
    except HTTPError as answer:
        with answer:
            place = answer.headers.get("Location", "")
            if answer.code != 302:
                return answer.code, place, answer.read()
    with browser.open(f"{site}{place}", timeout=PATIENCE) as page:
        return 302, place, normalize(page.read().decode(), typed)


def normalize(page, typed):
    """Leave out what was typed and what is drawn anew for every form, with padding and its like."""
    page = re.sub(r"[A-Za-z0-9]{64}", "", page)  # the tokens of forms
    for value in sorted(typed.values(), key=len, reverse=True):
        page = page.replace(value, "…")
    return page


def sign_up(site, name, address):
    return post(
        site,
        SIGNUP,
        username=name,
        name="陈一",
        email=address,
        password1=PASSWORD,
        password2=PASSWORD,
        privacy="on",
    )


def wait_for(ask):
    """Return the first answer that is no nothing."""
    for _ in range(10 * PATIENCE):
        if found := ask():
            return found
        time.sleep(0.1)
    pytest.fail("It did not happen.")


def tried(times):
    return OutgoingMail.objects.filter(attempts=times).first()


def count_idle_transactions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def state_of_mails(person):
    client = Client()
    client.force_login(person)
    return client.get("/system/mail/?state=waiting").content.decode()


def test_requests_answer_the_same_and_reach_for_no_mail_server(serve, silent):
    known = factories.user()
    site = serve(silent.port)
    with ThreadPoolExecutor(12) as crowd:  # more than the server has threads
        resets = list(
            crowd.map(
                lambda number: post(
                    site, RESET, email=known.email if number % 2 else f"nobody{number}@example.org"
                ),
                range(8),
            )
        )
        joined = list(
            crowd.map(
                lambda number: sign_up(
                    site, f"new{number}", known.email if number % 2 else f"new{number}@example.org"
                ),
                range(8),
            )
        )
        pages = list(crowd.map(lambda _: get(f"{site}/units/"), range(8)))
    assert {status for status, _, _ in (*resets, *joined)} == {302}
    assert len(set(resets)) == len(set(joined)) == 1
    assert set(pages) == {200}
    assert silent.accepted.empty(), "a request spoke to the mail server"
    # A known address is told of the attempt to sign up once in three minutes.
    assert OutgoingMail.objects.count() == len(resets) + len(joined) // 2 + 1


def test_worker_that_waits_for_the_mail_server_holds_nothing(serve, start, silent):
    admin = factories.member(
        factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value), Role.SYSADMIN
    )
    site = serve(silent.port)
    post(site, RESET, email=admin.email)
    start(WORKER, silent.port)
    conversation = silent.accepted.get(timeout=PATIENCE)
    assert sign_up(site, "somebody", "somebody@example.org")[0] == 302
    assert User.objects.filter(username="somebody").exists()
    assert count_idle_transactions() == 0
    assert is_waited_for(conversation), "the write waited until the worker had given up"
    failed = wait_for(lambda: tried(1))
    assert "timed out" in failed.error.lower()
    assert "timed out" in state_of_mails(admin).lower()
    assert wait_for(lambda: tried(2)).tried_at >= failed.tried_at + FIRST_DELAY
    assert not OutgoingMail.objects.filter(failed_at__isnull=False).exists()


def test_mail_server_that_is_away_delays_mails_only(serve, start):
    known = factories.user()
    closed = free_port()
    site = serve(closed)
    answers = {post(site, RESET, email=address) for address in (known.email, "nobody@example.org")}
    assert len(answers) == 1
    start(WORKER, closed)
    assert "refused" in wait_for(lambda: tried(1)).error.lower()
    assert get(f"{site}/units/") == 200
