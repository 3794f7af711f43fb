"""Every page and form as every role, with hostile values in address, query, headers and body."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from traceback import format_exception
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from django.apps import apps
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from instrument_share.journal.models import AuditEntry
from instrument_share.personal.services.disclosures import DISCLOSED
from tests.fuzzing.hostile import MOMENTS, Hostile, sent
from tests.permission_addresses import arguments
from tests.test_page_permissions import names

SECONDS = 10
"""Of processor time, so long the slowest answer may take."""
OF_EVERY_LIST = (
    "q",
    "page",
    "after",
    "before",
    "sort",
    "year",
    "from",
    "to",
    "state",
    "unit",
    "day",
    "format",
)
WRITTEN_WHEN_REFUSED = ("axes_", "django_session", "accounts_session", "web_", "accounts_loginrecord")
"""Tables in which a refusal counts or leaves its trace."""
PLAUSIBLE = {
    "date": "2026-03-03",
    "time": "09:00",
    "datetime-local": "2026-03-03T09:00",
    "number": "1",
    "email": "a@example.org",
    "url": "https://example.org/a",
    "month": "2026-03",
    "password": "a long password",
}


@dataclass
class Form:
    """A form of a page: where it is sent, and what a browser would send without changes."""

    address: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    """(name, type, value)"""


class FormReader(HTMLParser):
    """Reads the forms of a page, and the names in the queries of its links."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.queries: set[str] = set()
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.queries.update(name for name, _ in parse_qsl(urlsplit(given.get("href", "")).query))
        if tag == "form":
            action = urljoin(self.address, given.get("action", ""))
            self.forms.append(Form(action, given.get("method", "get").lower()))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag in ("input", "textarea", "button") and given.get("name"):
            fields.append((given["name"], given.get("type", "text"), given.get("value", "")))
        if tag == "select":
            self.select = given.get("name", "")
        if tag == "option" and self.select:
            fields.append((self.select, "option", given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


class Site:
    """The world of the permissions' tests, open to everybody in it."""

    def __init__(self, world: Any) -> None:
        self.clients: dict[str, Client] = {}
        self.errors: list[BaseException] = []
        for role, person in world.people.items():
            client = self.clients[role] = Client(raise_request_exception=False)
            if person.is_authenticated:
                client.force_login(person)
        self.addresses = sorted(_addresses(arguments(world)))
        self.pages: dict[tuple[str, str], FormReader] = {}
        tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
        self.tables = [name for name in tables if not name.startswith(WRITTEN_WHEN_REFUSED)]
        # That somebody reads a list of people is written on purpose where a refused form shows it, too.
        written = {AuditEntry._meta.db_table: f" WHERE action <> '{DISCLOSED}'"}
        counts = [
            f"(SELECT COUNT(*) FROM {connection.ops.quote_name(name)}{written.get(name, '')})"
            for name in self.tables
        ]
        self.count = "SELECT " + ", ".join(counts)

    def rows(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(self.count)
            return dict(zip(self.tables, cursor.fetchone(), strict=True))

    def page(self, role: str, address: str) -> FormReader:
        """What is found on a page, read once for each role."""
        if (role, address) not in self.pages:
            found = FormReader(address)
            answer = self.ask(role, lambda client: client.get(address))[0]
            if answer.status_code < 400 and answer.headers.get("Content-Type", "").startswith("text/html"):
                found.feed(_content(answer).decode(errors="replace"))
            self.pages[role, address] = found
        return self.pages[role, address]

    def ask(self, role: str, send: Any) -> tuple[HttpResponseBase, float, dict[str, int]]:
        """The answer, its processor time, and the tables that have grown or shrunk; undone afterwards."""
        self.errors.clear()
        with transaction.atomic():
            before, started = self.rows(), time.process_time()
            answer = send(self.clients[role])
            if answer.streaming:
                _content(answer)
            seconds, after = time.process_time() - started, self.rows()
            transaction.set_rollback(True)
        changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        return answer, seconds, changed


def attack(site: Site, seed: str) -> str:
    """Send one hostile request; return what is wrong with the answer, or nothing."""
    hostile = Hostile(seed)
    role = hostile.random.choice(list(site.clients))
    address = hostile.random.choice(site.addresses)
    page = site.page(role, address)
    forms = [form for form in page.forms if form.method == "post"]
    headers = _headers(hostile)
    if forms and hostile.chance(0.7):
        form = hostile.random.choice(forms)
        told = _body(hostile, form)
        address = form.address

        def send(client: Client) -> Any:
            return client.post(address, told, headers=headers)

    elif hostile.chance(0.2):
        told = {sent(hostile.value()[:50]) or "a": sent(hostile.value()) for _ in range(3)}

        def send(client: Client) -> Any:
            return client.post(address, told, headers=headers)

    else:
        names = [name for form in page.forms for name, _, _ in form.fields if form.method == "get"]
        told = _query(hostile, [*names, *sorted(page.queries), *OF_EVERY_LIST])
        address = _address(hostile, address)

        def send(client: Client) -> Any:
            return client.get(f"{address}?{told}", headers=headers)

    answer, seconds, changed = site.ask(role, send)
    wrong = _judge(answer, seconds, changed, site.errors)
    return f"{wrong}\n    {seed} {role} {address[:150]} {str(told)[:600]}" if wrong else ""


def _judge(
    answer: HttpResponseBase, seconds: float, changed: Mapping[str, int], errors: list[BaseException]
) -> str:
    if answer.status_code >= 500 and "Retry-After" not in answer.headers:
        return f"{answer.status_code}: " + "".join("".join(format_exception(one)[-6:]) for one in errors)
    if seconds > SECONDS:
        return f"{answer.status_code} after {seconds:.1f} s"
    if answer.status_code >= 400 and changed:
        return f"{answer.status_code}, and yet written: {changed}"
    return ""


def _body(hostile: Hostile, form: Form) -> dict[str, Any]:
    """What a browser would send, with one to three fields changed."""
    body: dict[str, Any] = {}
    for name, kind, value in form.fields:
        if kind == "file":
            body[name] = hostile.file()
        elif kind in ("option", "radio", "checkbox", "submit"):
            if name not in body or hostile.chance(0.4):
                body[name] = value or "on"
        else:
            body[name] = value or PLAUSIBLE.get(kind, "试验")
    for name in hostile.random.sample(sorted(body), min(len(body), hostile.random.randint(1, 3))):
        match hostile.random.randrange(6):
            case 0:
                del body[name]
            case 1:
                body[name] = [sent(hostile.value()), sent(hostile.value())]
            case 2:
                body[name] = hostile.file()
            case 3 if isinstance(body[name], str) and body[name]:
                body[name] = sent(hostile.spoil(body[name]))
            case _:
                body[name] = sent(hostile.value())
    return body


def _query(hostile: Hostile, names: list[str]) -> str:
    chosen = [
        (hostile.random.choice(names), hostile.value()[:800]) for _ in range(hostile.random.randint(1, 3))
    ]
    if hostile.chance(0.1):
        return hostile.spoil("a=%ff%fe&b=%c0%af&c[]=1&=&&d=%u1234")
    return urlencode(chosen, errors="surrogatepass")


def _address(hostile: Hostile, address: str) -> str:
    """The address, now and then with another thing's id in it, or none."""
    if not hostile.chance(0.15):
        return address
    parts = address.split("/")
    at = hostile.random.randrange(1, len(parts))
    parts[at] = quote(hostile.value()[:500], safe="", errors="surrogatepass")
    return "/".join(parts) if parts[1] else address


def _headers(hostile: Hostile) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if hostile.chance(0.2):
        name = hostile.random.choice(
            ("Accept-Language", "HX-Request", "HX-Target", "X-Forwarded-For", "If-None-Match", "Range")
        )
        text = hostile.random.choice((*MOMENTS, "true", "en;q=9", "bytes=0-", "*", "a" * 5_000, '"'))
        headers[name] = text
    return headers


def _addresses(given: Mapping[str, Any]) -> Iterator[str]:
    for name in {*names(get_resolver().url_patterns), *given}:
        if not name.startswith("api-v1:"):
            with suppress(NoReverseMatch):
                yield reverse(name.split("/")[0], args=given.get(name, []))


def _content(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


@contextmanager
def in_one_transaction() -> Iterator[None]:
    """The end of a request must not close the connection of the test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
