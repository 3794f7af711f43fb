"""Clients that book, move, cancel and log hours over HTTP, and remember what they were told."""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from itertools import count
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TIMEOUT = 60
RETRY_SECONDS = 0.5
"""A real client waits the ten seconds of Retry-After; the drill measures more finely."""
HALF_HOUR = timedelta(minutes=30)


@dataclass
class Told:
    """What clients were told, under one lock."""

    bookings: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Public id of a booking: its state and start, as the last confirmation said."""
    logs: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    confirmed_at: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client(threading.Thread):
    """One person with a token, who does one thing after another and sends again what was not answered."""

    def __init__(self, site: str, token: str, told: Told, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.site, self.token, self.told, self.stop = site, token, told, stop

    def ask(self, method: str, path: str, body: dict[str, Any], etag: str = "") -> dict[str, Any] | None:
        """Repeat the request with its key until it is answered; None where it is refused."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
            **({"If-Match": etag} if etag else {}),
        }
        request = Request(f"{self.site}{path}", json.dumps(body).encode(), headers, method=method)
        while True:
            answer = self._try(request)
            if isinstance(answer, dict):
                return answer
            if answer is not None and answer < 500:
                return None
            time.sleep(RETRY_SECONDS)

    def _try(self, request: Request) -> dict[str, Any] | int | None:
        """The members of a confirmation, the status of a refusal, or None where the connection broke."""
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                members = {**json.load(answer), "_etag": answer.headers.get("ETag", "")}
        except HTTPError as error:
            text = error.read().decode(errors="replace")
            with self.told.lock:
                self.told.answers[str(error.code)] += 1
                if error.code != 503:
                    self.told.problems.append(
                        f"{request.method} {request.selector}: {error.code} {text[:400]}"
                    )
            return error.code
        except (OSError, HTTPException) as error:
            with self.told.lock:
                self.told.answers[type(error).__name__] += 1
            return None
        with self.told.lock:
            self.told.answers["confirmed"] += 1
            self.told.confirmed_at.append(time.monotonic())
        return members

    def remember(self, booking: dict[str, Any]) -> None:
        with self.told.lock:
            self.told.bookings[booking["id"]] = (booking["state"], booking["starts_at"])


class Booker(Client):
    """Books; moves every third booking by half an hour, cancels every fourth."""

    def __init__(self, *args: Any, slots: Iterator[tuple[str, datetime]]) -> None:
        super().__init__(*args)
        self.slots = slots

    def run(self) -> None:
        for number in count(1):
            if self.stop.is_set():
                return
            self._turn(number)

    def _turn(self, number: int) -> None:
        instrument, start = next(self.slots)
        booking = self.ask("POST", "/api/v1/bookings", self._asked(instrument, start))
        if booking is None:
            return
        self.remember(booking)
        if number % 3 == 0:
            times = {"starts_at": _iso(start + HALF_HOUR), "ends_at": _iso(start + 2 * HALF_HOUR)}
            self._change("PATCH", f"/api/v1/bookings/{booking['id']}", times, booking)
        elif number % 4 == 0:
            self._change("POST", f"/api/v1/bookings/{booking['id']}/cancel", {"reason": "样品未到"}, booking)

    def _change(self, method: str, path: str, body: dict[str, Any], booking: dict[str, Any]) -> None:
        etag = booking["_etag"] or self._etag(booking["id"])
        if etag and (changed := self.ask(method, path, body, etag)):
            self.remember(changed)

    def _etag(self, booking_id: str) -> str:
        request = Request(
            f"{self.site}/api/v1/bookings/{booking_id}", headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return str(answer.headers["ETag"])
        except (OSError, HTTPException):
            return ""

    @staticmethod
    def _asked(instrument: str, start: datetime) -> dict[str, Any]:
        return {
            "instrument": instrument,
            "starts_at": _iso(start),
            "ends_at": _iso(start + HALF_HOUR),
            "service_mode": "operated",
            "subject": "断口观察",
        }


class KeeperAtWork(Client):
    """Checks people in and out again, which writes their logs."""

    def __init__(self, *args: Any, running: list[str]) -> None:
        super().__init__(*args)
        self.running = running

    def run(self) -> None:
        for booking_id in self.running:
            if self.stop.is_set():
                return
            if self.ask("POST", f"/api/v1/bookings/{booking_id}/check-in", {}) is None:
                continue
            log = self.ask("POST", f"/api/v1/bookings/{booking_id}/check-out", {"content": "断口形貌"})
            if log is not None:
                with self.told.lock:
                    self.told.logs.add(log["id"])
            self.stop.wait(0.5)


class Slots:
    """Free hours, each given to one client."""

    def __init__(self, instruments: list[str], first: datetime) -> None:
        self.instruments, self.first = instruments, first
        self.numbers, self.lock = count(), threading.Lock()

    def __iter__(self) -> Iterator[tuple[str, datetime]]:
        return self

    def __next__(self) -> tuple[str, datetime]:
        with self.lock:
            number = next(self.numbers)
        hour, place = divmod(number, len(self.instruments))
        return self.instruments[place], self.first + hour * 2 * HALF_HOUR


def _iso(instant: datetime) -> str:
    return instant.isoformat()
