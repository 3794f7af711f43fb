"""A site for drills: the documented web server, a worker, clients that book, a mailbox that counts.

A client asks again with the same Idempotency-Key until it gets an answer, as an integrated system does. What
was answered 201 is compared with the database at the end.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from deploy.drill.server import PATIENCE, Server, free_port

ROOT = Path(__file__).resolve().parents[2]
AGAIN = 0.2
"""Seconds until a client that got no answer asks again."""
SLOTS = 4000
"""Half hours that clients ask for, at random: so that they often want the same."""


class Mailbox(ThreadingTCPServer):
    """An SMTP server that counts messages by their identity; while `silent` it takes connections only."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: Counter[str] = Counter()
        self.silent = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        with suppress(OSError):
            while self.server.silent:
                time.sleep(1)
            self._talk()

    def _talk(self) -> None:
        self._say("220 drill")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self._say("250 taken")
                    if found := re.search(rb"(?im)^Message-ID:\s*(\S+)", text):
                        self.server.messages[found[1].decode()] += 1
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@dataclass
class Told:
    """What clients were answered: bookings by id, statuses, and what they never got an answer to."""

    confirmed: dict[str, tuple[str, str]] = field(default_factory=dict)
    statuses: Counter[Any] = field(default_factory=Counter)
    bodies: dict[Any, str] = field(default_factory=dict)


class Site:
    """The programs of a site on a database; each can be killed and started again."""

    def __init__(self, folder: Path, server: Server, mails: int = 0, **environment: str) -> None:
        self.folder, self.server, self.mailbox, self.port = folder, server, Mailbox(), free_port()
        self.var = folder / "var"
        (self.var / "static").mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "instrument_share.settings",
            "SECRET_KEY": "for-drills-only-and-as-long-as-a-key-of-a-site-should-be-0123456789",
            "DATABASE_URL": server.address,
            "VAR_DIR": str(self.var),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
            "SECOND_FACTOR_ROLES": "",
            "LIMIT_FACTOR": "0",  # clients ask as fast as they can
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.told, self._stop, self._lock = Told(), threading.Event(), threading.Lock()
        self.mails = mails
        self._migrate()
        self.town: dict[str, Any] = json.loads(self.python("-m", "deploy.drill.town", str(mails)))
        self.manage("collectstatic", "--no-input", "--verbosity", "0")

    def _migrate(self) -> None:
        """By SCHEMA, a file that the first of several drills leaves there: to migrate takes half a minute."""
        kept = os.environ.get("SCHEMA")
        there = ("-h", self.server.data.parent, "-p", self.server.port, "-U", "share", "-d", "share")
        if kept and Path(kept).exists():
            self.server.run("psql", "-X", "-q", *there, "-f", kept)
            return
        self.manage("migrate", "--no-input", "--verbosity", "0")
        if kept:
            Path(kept).write_text(self.server.run("pg_dump", *there), encoding="utf-8")

    # --- programs

    def python(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed: {done.stdout}{done.stderr}")
        return done.stdout if check else done.stdout + done.stderr

    def manage(self, *arguments: str, check: bool = True) -> str:
        return self.python("manage.py", *arguments, check=check)

    def start(self, *names: str) -> None:
        for name in names or ("web", "worker"):
            command = self._web() if name == "web" else [sys.executable, "manage.py", "worker"]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.programs[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )

    def _web(self) -> list[str]:
        unit = (ROOT / "docs/site/instrument-share.service").read_text(encoding="utf-8")
        found = re.search(r"^ExecStart=\S+/granian (--interface wsgi .*)", unit, re.M)
        assert found, "the documented unit starts no server"
        arguments = found[1].replace("--port 8000", f"--port {self.port}").split()
        return [str(Path(sys.executable).with_name("granian")), *arguments]

    def kill(self, name: str) -> None:
        """End a program with all that it started, in the middle of whatever it does."""
        with suppress(ProcessLookupError):
            os.killpg(self.programs[name].pid, signal.SIGKILL)
        self.programs[name].wait()

    def wait_until_ready(self) -> None:
        for _ in range(16 * PATIENCE):
            with suppress(OSError, HTTPException):
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.25)
        raise SystemExit(f"The site is not ready. See {self.folder}.")

    # --- clients

    def ask(
        self, method: str, path: str, body: str | None = None, timeout: float = 60, **headers: str
    ) -> tuple[int, str]:
        there = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            there.request(method, path, body, headers)
            answer = there.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            there.close()

    @contextmanager
    def booked_by(self, clients: int) -> Iterator[Told]:
        """Let so many clients book; at the end each has the answer to its last request."""
        self._stop.clear()
        crowd = [threading.Thread(target=self._book, args=(number,)) for number in range(clients)]
        for one in crowd:
            one.start()
        try:
            yield self.told
        finally:
            self._stop.set()
            for one in crowd:
                one.join()

    def _book(self, number: int) -> None:
        draw = random.Random(number)
        midnight = datetime.fromisoformat(self.town["midnight"])
        token = self.town["tokens"][number % len(self.town["tokens"])]
        while not self._stop.is_set():
            start = midnight + draw.randrange(SLOTS) * timedelta(minutes=30)
            wanted = {
                "instrument": draw.choice(self.town["instruments"]),
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(minutes=30)).isoformat(),
                "service_mode": "operated",
                "subject": "断口观察",
            }
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.UUID(int=draw.getrandbits(128))),
            }
            self._insist(wanted, headers)

    def _insist(self, wanted: dict[str, str], headers: dict[str, str]) -> None:
        """Ask until there is an answer that says yes or no."""
        begun = time.monotonic()
        while time.monotonic() < begun + PATIENCE:
            try:
                status, text = self.ask("POST", "/api/v1/bookings", json.dumps(wanted), **headers)
            except (OSError, HTTPException) as error:
                with self._lock:
                    self.told.statuses[type(error).__name__] += 1
                time.sleep(AGAIN)
                continue
            with self._lock:
                self.told.statuses[status] += 1
                self.told.bodies.setdefault(status, text[:600])
                if status == 201:
                    made = json.loads(text)
                    self.told.confirmed[made["id"]] = (wanted["instrument"], wanted["starts_at"])
            if status < 500 and status != 429:
                return
            time.sleep(AGAIN)
        with self._lock:
            self.told.statuses["never answered"] += 1

    def print_failures(self) -> None:
        for status, body in self.told.bodies.items():
            if status >= 500:
                print(f"  {status}: {body}")

    # --- the end

    def wait_for_mails(self, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while len(self.mailbox.messages) < self.mails and time.monotonic() < end:
            time.sleep(1)

    def get_bookings(self) -> list[list[str]]:
        """Return the bookings that stand: id, instrument and begin."""
        found = self.server.sql(
            "SELECT b.public_id, i.public_id, b.starts_at FROM bookings_booking b "
            "JOIN providers_instrument i ON i.id = b.instrument_id "
            "WHERE b.state IN ('offered', 'requested', 'approved', 'in_use', 'completed')"
        )
        return [line.split("|") for line in found.splitlines()]

    def judge(self) -> bool:
        """Compare what clients and the mailbox were told with the database, and run every check."""
        self.wait_for_mails()
        rows = self.get_bookings()
        stored = {row[0]: row for row in rows}
        lost = sorted(self.told.confirmed.keys() - stored.keys())
        unseen = sorted(stored.keys() - self.told.confirmed.keys())
        taken = Counter((row[1], row[2]) for row in rows)
        doubles = [place for place, times in taken.items() if times > 1]
        again = {one: times for one, times in self.mailbox.messages.items() if times > 1}
        print(f"clients were answered: {dict(self.told.statuses)}")
        print(f"confirmed {len(self.told.confirmed)}, stored {len(stored)}, lost {len(lost)}, ", end="")
        print(f"doubled {len(doubles)}, stored without an answer {len(unseen)}")
        if self.mails:
            print(f"mails: {self.mails} queued, {len(self.mailbox.messages)} arrived, {len(again)} twice")
        said = self.manage("verify", check=False).strip()
        print(said)
        is_sound = "CommandError" not in said and "Traceback" not in said
        return is_sound and not lost and not doubles and len(self.mailbox.messages) >= self.mails

    def close(self) -> None:
        for name in self.programs:
            self.kill(name)
        self.mailbox.shutdown()
        self.mailbox.server_close()


@contextmanager
def site(
    mails: int = 0, options: tuple[str, ...] = (), place: Path | None = None, **more: str
) -> Iterator[Site]:
    """Yield a site that runs; it goes away with everything that it wrote, unless KEEP is set."""
    folder = Path(tempfile.mkdtemp(prefix="instrument-share-drill-"))
    folder.chmod(0o755)
    server = Server((place or folder) / "postgresql", options)
    server.create()
    made = None
    try:
        made = Site(folder, server, mails, **more)
        made.start()
        made.wait_until_ready()
        yield made
    finally:
        if made:
            made.close()
        server.stop("immediate")
        if "KEEP" in os.environ:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def end(is_sound: bool) -> None:
    print("sound" if is_sound else "NOT SOUND")
    sys.exit(0 if is_sound else 1)
