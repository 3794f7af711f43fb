"""A visitor or a person who follows every kind of link and presses every kind of button, twice."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import lxml.html
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve
from lxml.html import HtmlElement

from instrument_share.accounts.models import User
from instrument_share.journal.models import AuditEntry, Notification

TYPED = {
    "number": "1",
    "date": "2026-12-10",
    "datetime-local": "2026-12-10T10:00",
    "email": "a@example.org",
    "url": "https://example.org/a",
}
"""What is written into an empty field that has to be filled, by its type; else a sentence."""
SENTENCE = "按约定办理。"
LEFT_ALONE = frozenset({"account_logout", "set_language", "session_end"})
"""After these one is somebody else, or reads another language; a session here lasts for one page."""
ASKING = frozenset({"closure_new", "instrument_suspend", "usage_correct", "findings_decide"})
"""Buttons whose answer is a question first: what becomes of bookings, what to change, which findings."""


@dataclass
class Walk:
    """What one person comes to from home and from what they were told; all of it is undone."""

    person: User | None
    faults: list[str] = field(default_factory=list)
    pages: int = 0
    presses: int = 0
    pressed: set[tuple[str, str, str | None]] = field(default_factory=set)
    """The page, the address and the name of each button."""

    def run(self) -> None:
        """Open one page of each kind, and press one button of each kind there."""
        known = dict.fromkeys(["/", *self._told()])
        waiting, seen = deque(known), set()
        while waiting:
            address = waiting.popleft()
            kind = _kind(address)
            if kind in seen or kind[0] in LEFT_ALONE:
                continue
            seen.add(kind)
            for found in self._open(address, kind[0]):
                if found not in known:
                    known[found] = None
                    waiting.append(found)

    def _told(self) -> Iterator[str]:
        """Where the notifications of each kind lead."""
        told = Notification.objects.filter(user=self.person).exclude(path="").order_by("-id")
        yield from dict(reversed(told.values_list("message", "path"))).values()

    def _open(self, address: str, name: str) -> list[str]:
        with transaction.atomic():
            client = Client(raise_request_exception=False)
            if self.person is not None:
                client.force_login(self.person)
            answer = client.get(address)
            self.pages += 1
            found: list[str] = []
            if answer.status_code >= 400:
                self.faults.append(f"GET {address}: {answer.status_code}")
            elif 300 <= answer.status_code < 400:
                found = [answer.headers["Location"]]
            elif answer.headers.get("Content-Type", "").startswith("text/html"):
                page = _read(answer)
                found = [urljoin(address, link.get("href")) for link in page.iterfind(".//a[@href]")]
                self._press_all(client, address, name, page)
            _finish(answer)
            transaction.set_rollback(True)
        return [urlsplit(one)._replace(fragment="").geturl() for one in found if one.startswith("/")]

    def _press_all(self, client: Client, address: str, name: str, page: HtmlElement) -> None:
        for form in page.forms:
            for button in _buttons(page, form) if form.method == "POST" else ():
                action = urljoin(address, button.get("formaction") or form.get("action") or address)
                kind = (name, _kind(action)[0], button.get("name"))
                if kind not in self.pressed and kind[1] not in LEFT_ALONE:
                    self.pressed.add(kind)
                    self._press(client, address, action, _typed(page, form, button))

    def _press(self, client: Client, address: str, action: str, typed: dict[str, list[str]]) -> None:
        self.presses += 1
        with transaction.atomic():
            sent: Any = {"data": typed, "headers": {"Referer": f"http://testserver{address}"}}
            answer = client.post(action, **sent)
            status, wrong = answer.status_code, ""
            if 300 <= status < 400:
                led = client.get(answer.headers["Location"]).status_code
                wrong = f"then {led}" if led >= 400 else self._press_again(client, action, sent)
            elif status == 422:
                is_beside_a_field = b'aria-invalid="true"' in answer.content
                wrong = "" if is_beside_a_field or _kind(action)[0] in ASKING else "422 for nothing typed"
            elif status >= 400:
                wrong = str(status)
            _finish(answer)
            if wrong:
                self.faults.append(f"POST {action} on {address}: {wrong} ({typed})")
            transaction.set_rollback(True)

    def _press_again(self, client: Client, action: str, sent: Any) -> str:
        """Say what is wrong with the answer to a second click."""
        entries = AuditEntry.objects.count()
        again = client.post(action, **sent)
        _finish(again)
        if AuditEntry.objects.count() != entries:
            return "done twice"
        return "" if 300 <= again.status_code < 400 else f"the second time {again.status_code}"


def _kind(address: str) -> tuple[str, tuple[str, ...]]:
    """The page, and what its query names."""
    parts = urlsplit(address)
    return resolve(parts.path).view_name, tuple(sorted(name for name, _ in parse_qsl(parts.query)))


def _finish(answer: HttpResponseBase) -> None:
    """Let go of the file that a streamed answer reads; the client closes the others."""
    if answer.streaming:
        answer.getvalue()


def _read(answer: HttpResponseBase) -> HtmlElement:
    return lxml.html.fromstring(answer.getvalue().decode() or "<p></p>")


def _buttons(page: HtmlElement, form: HtmlElement) -> list[HtmlElement]:
    own = [*form.iterfind(".//button"), *(page.xpath("//button[@form=$id]", id=form.get("id") or "-"))]
    return [one for one in own if one.get("type", "submit") == "submit" and one.get("disabled") is None]


def _typed(page: HtmlElement, form: HtmlElement, button: HtmlElement) -> dict[str, list[str]]:
    """What a browser sends, once what has to be filled is filled."""
    sent: dict[str, list[str]] = {}
    elsewhere = page.xpath("//*[@form=$id]", id=form.get("id") or "-")
    for one in [*form.iter("input", "select", "textarea"), *elsewhere]:
        name, kind = one.get("name"), one.get("type", "text")
        if name and one.tag != "button" and one.get("disabled") is None and kind not in ("file", "submit"):
            sent.setdefault(name, []).extend(_values(one, kind, is_first=name not in sent))
    if button.get("name"):
        sent[button.get("name")] = [button.get("value", "")]
    return sent


def _values(one: Any, kind: str, *, is_first: bool) -> list[str]:
    is_needed = one.get("required") is not None
    if kind in ("checkbox", "radio"):
        is_chosen = one.get("checked") is not None or (is_needed and (is_first or kind == "checkbox"))
        return [one.get("value", "on")] if is_chosen else []
    if one.tag == "select":
        chosen = list(one.value) if one.multiple else [one.value or ""]
        offered = [option for option in one.value_options if option]
        return offered[:1] if is_needed and offered and not any(chosen) else chosen
    typed = (one.value or "").removeprefix("\n")
    return [TYPED.get(kind, SENTENCE) if is_needed and not typed else typed]
