"""Sixteen clients on the documented server, against a view that does nothing behind the same middleware.

Only on PostgreSQL, which a site runs on. The city is the demo's, with as many instruments more as there are
clients, open day and night, half of them with a thousand bookings ahead.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from itertools import count, repeat
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.harness import FOLDER, Verdict, make_database
from benchmarks.harness.load import Load, render, run

# isort: split
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.harness.served import HELLO
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.models import Organization, User
from instrument_share.accounts.services import api_token_create
from instrument_share.web import clock
from providers.instruments.models import Instrument
from providers.terms.models import OpenServiceRule
from tests import factories

CLIENTS, SECONDS, FLOOR_SECONDS = 16, 4.0, 1.5
AHEAD = 1000
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLACES = 8
"""Instruments of each kind: with nothing ahead, and with a thousand bookings ahead."""


def main() -> None:
    if connection.vendor != "postgresql":
        print("Left out: it needs PostgreSQL (DATABASE_URL).")
        return
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    make_database()
    call_command("demo", stdout=StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    city = LoadedCity()
    verdict = Verdict()
    with serving() as server:
        for row in city.rows():
            row.judge(server, verdict)
        verdict.at_most("connections of both workers", connections(), 8)
        verdict.at_most("MB of the greater worker after it all", server.memory(), 320)
    verdict.exit()


class Row:
    """A kind of request: how much slower than the floor it may be, in how many statements."""

    def __init__(
        self,
        name: str,
        requests: Iterator[bytes],
        *,
        accepted: float,
        statements: int,
        client: Client | None = None,
        path: str = "",
        status: int = 200,
    ) -> None:
        self.name, self.requests, self.accepted, self.status = name, requests, accepted, status
        self.statements, self.client, self.path = statements, client, path

    def judge(self, server: "Server", verdict: Verdict) -> None:
        floor = server.load(repeat(render("GET", HELLO, {})), FLOOR_SECONDS)
        server.load(self.requests, 0.3)  # what a worker reads once
        load = server.load(self.requests, SECONDS)
        assert set(load.statuses) == {self.status}, f"{self.name}: {load.statuses}"
        verdict.judge(self.name, 1 / load.per_second, 1 / floor.per_second, self.accepted)
        print(
            f"  {load.per_second:.0f} a second of {floor.per_second:.0f}; half in "
            f"{load.percentile(0.5) * 1000:.0f} ms, 95 % in {load.percentile(0.95) * 1000:.0f} ms"
        )
        if self.client is not None:
            verdict.at_most("  statements", self._count_statements(), self.statements)

    def _count_statements(self) -> int:
        assert self.client is not None
        self.client.get(self.path)
        with CaptureQueriesContext(connection) as statements:
            assert self.client.get(self.path).status_code == self.status
        return len(statements)


class LoadedCity:
    """The demo's city with instruments and people of its own for the load."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.midnight = self.now.replace(minute=0, second=0, microsecond=0) + DAY
        company = Organization.objects.filter(kind="enterprise", state="admitted").order_by("pk")[0]
        self.people = [factories.member(company) for _ in range(CLIENTS)]
        self.tokens = [api_token_create(actor=person, name="load", now=self.now)[1] for person in self.people]
        unit = Organization.objects.filter(owns_instruments=True).order_by("pk")[0]
        self.quiet = [self._instrument(unit) for _ in range(PLACES)]
        self.busy = [self._instrument(unit) for _ in range(PLACES)]
        for instrument in self.busy:
            self._book_ahead(instrument)
        next_free_rebuild(self.now)
        self.shown = Instrument.objects.filter(state="published").order_by("pk")[0]
        self.viewer = User.objects.get(username="chen")

    def _instrument(self, unit: Organization) -> Instrument:
        one = factories.instrument(unit)
        factories.rule(one, horizon_days=120, min_minutes=30, cancel_deadline_minutes=0)
        factories.keeper(one)
        factories.windows(one, first=self.midnight, days=100, length=DAY)
        return one

    def _book_ahead(self, instrument: Instrument) -> None:
        """The second half of each hour of six weeks."""
        rule = OpenServiceRule.objects.get(instrument=instrument)
        booker = self.people[0]
        group = BookingGroup.objects.create(user=booker, created_at=self.now)
        starts = [self.midnight + hour * HOUR + HOUR / 2 for hour in range(AHEAD)]
        Booking.objects.bulk_create(
            Booking(
                group=group,
                instrument=instrument,
                rule=rule,
                user=booker,
                payer_person=booker,
                state="approved",
                starts_at=start,
                ends_at=start + HOUR / 2,
                held_until=start + HOUR / 2,
                user_kind="individual",
                service_mode="operated",
                subject="断口观察",
                quote=[],
                quoted_yuan=0,
                requested_at=self.now,
            )
            for start in starts
        )

    def rows(self) -> Iterator[Row]:
        visitor, viewer = Client(), Client()
        viewer.force_login(self.viewer)
        home, catalogue = reverse("home"), reverse("catalogue")
        instrument = reverse("instrument", args=[self.shown.public_id])
        found = f"{catalogue}?{urlencode({'q': '质谱', **self._next_week()})}"
        yield self._page("home, visitor", visitor, home, 10, 1)
        yield self._page("home, logged in", viewer, home, 35, 5)
        yield self._page("week of an instrument", visitor, self._feed(7), 6, 1)
        yield self._page("month of an instrument", visitor, self._feed(31), 6.7, 1)
        yield self._page("catalogue", visitor, catalogue, 20, 1)
        yield self._page("质谱, free at a time", visitor, found, 20, 1)
        yield self._page("an instrument", visitor, instrument, 12, 1)
        yield self._page("an instrument, logged in", viewer, instrument, 225, 19)
        timeline = f"{reverse('timeline_events')}?day={self._next_week()['day']}"
        yield self._page("timeline of a day", visitor, timeline, 20, 1)
        yield Row("a booking", self._bookings(self.quiet), accepted=75, statements=12, status=201)
        yield Row(
            f"a booking, {AHEAD} ahead", self._bookings(self.busy), accepted=90, statements=12, status=201
        )

    @staticmethod
    def _page(name: str, client: Client, path: str, accepted: float, statements: int) -> Row:
        cookies = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
        request = render("GET", path, {"Cookie": cookies} if cookies else {})
        return Row(name, repeat(request), accepted=accepted, statements=statements, client=client, path=path)

    def _next_week(self) -> dict[str, str]:
        day = (self.now + 7 * DAY).date()
        day += timedelta(days=(7 - day.weekday()) % 7)
        return {"day": day.isoformat(), "begins": "10:00", "ends": "12:00"}

    def _feed(self, days: int) -> str:
        interval = {"start": self.midnight.isoformat(), "end": (self.midnight + days * DAY).isoformat()}
        return f"{reverse('instrument_availability', args=[self.shown.public_id])}?{urlencode(interval)}"

    def _bookings(self, instruments: list[Instrument]) -> Iterator[bytes]:
        """One hour's first half after another, on each instrument in turn, each person in turn."""
        for number in count():
            start = self.midnight + number // PLACES * HOUR
            body = {
                "instrument": instruments[number % PLACES].public_id,
                "starts_at": start.isoformat(),
                "ends_at": (start + HOUR / 2).isoformat(),
                "service_mode": "operated",
                "subject": "断口观察",
            }
            headers = {
                "Authorization": f"Bearer {self.tokens[number % CLIENTS]}",
                "Content-Type": "application/json",
            }
            yield render("POST", "/api/v1/bookings", headers, json.dumps(body).encode())


class Server:
    """The documented command, running."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def load(self, requests: Iterator[bytes], seconds: float) -> Load:
        return run(self.port, requests, clients=CLIENTS, seconds=seconds)

    def memory(self) -> int:
        """Resident megabytes of the worker that holds most."""
        workers = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        held = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in workers]
        return max(int(one[1]) for one in held if one) // 1000


@contextmanager
def serving() -> Iterator[Server]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    site = {"ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": address, "LOG_LEVEL": "INFO", "DATABASE_POOL": "4"}
    environment = {**os.environ, **site}
    with (FOLDER / "server.log").open("wb") as log:
        process = subprocess.Popen(
            documented_command(port), env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_until_ready(port)
        yield Server(port, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def documented_command(port: int) -> list[str]:
    """The server's line of the documented unit, with the load's port and the view that is the floor."""
    unit = Path("docs/site/instrument-share.service").read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=\S+/granian (--interface wsgi .*)", unit, re.M)
    assert found, "the documented unit starts no server"
    arguments = (
        found[1]
        .replace("--port 8000", f"--port {port}")
        .replace("instrument_share.wsgi", "benchmarks.harness.served")
    )
    return [str(Path(sys.executable).with_name("granian")), *arguments.split()]


def wait_until_ready(port: int) -> None:
    for _ in range(120):
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except URLError:
            time.sleep(0.5)
    raise SystemExit("The server did not start within a minute.")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def connections() -> int:
    """Connections to the database but the script's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
