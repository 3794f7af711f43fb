"""Kill the primary's machine under load, again and again; count what was lost and how long clients waited.

    python -m deploy.drill.failover --rounds 20

Everything runs on this machine, in a folder of its own: three times etcd, Patroni and PostgreSQL, HAProxy,
the documented server with two processes, the worker. docs/reliability.md has the figures and what they mean.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from deploy.drill.machines.cluster import ROOT, Cluster, Machine, wait_for

BEFORE, AFTER = 4.0, 6.0
"""Seconds of load before the machine dies, and after writes go through again."""
RUNNING = 16
"""Bookings a round whose hours are logged."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="leave everything there, with the logs")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_received: sys.exit("The drill was told to end."))
    with ExitStack() as end:
        folder = arguments.folder or Path(end.enter_context(tempfile.TemporaryDirectory(prefix="failover-")))
        folder.mkdir(parents=True, exist_ok=True)
        cluster = Cluster(folder)
        end.callback(cluster.end)
        cluster.start()
        print(f"The cluster stands in {folder}; {cluster.primary().name} is primary.", flush=True)
        drill = Drill(cluster, end)
        found = [problem for number in range(1, arguments.rounds + 1) for problem in drill.round(number)]
        drill.report(arguments.rounds, found)
    sys.exit(1 if found else 0)


class Drill:
    """The site on the cluster, and what its clients were told."""

    def __init__(self, cluster: Cluster, end: ExitStack) -> None:
        from tests.served import documented_server, free_port, running, wait_until_ready

        self.cluster = cluster
        port = free_port()
        self.site = f"http://127.0.0.1:{port}"
        self.mails = cluster.folder / "mails"
        self.mails.mkdir()
        self.environment = self._environment()
        os.environ.update(self.environment, DATABASE_POOL="0")
        manage = [sys.executable, "manage.py"]
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--no-input", "--verbosity", "0"]):
            subprocess.run([*manage, *command], cwd=ROOT, env=self.environment, check=True)
        _load_django()
        from deploy.drill.machines.city import City
        from deploy.drill.machines.load import Slots, Told

        self.city, self.told = City(), Told()
        self.slots = Slots(self.city.instruments, self.city.midnight)
        log = cluster.folder
        end.enter_context(running(documented_server(port), self.environment, log / "site.log"))
        end.enter_context(running([*manage, "worker"], self.environment, log / "worker.log"))
        wait_until_ready(self.site)
        self.silences: list[float] = []
        self.statuses: Counter[str] = Counter()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "instrument_share.settings",
            "SECRET_KEY": "for-the-drill-only",
            "DEBUG": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": self.site,
            "DATABASE_URL": self.cluster.url(self.cluster.write_port),
            "DATABASE_REPLICA_URL": self.cluster.url(self.cluster.read_port),
            "DATABASE_POOL": "4",
            "SECOND_FACTOR_ROLES": "",
            "LIMIT_FACTOR": "0",
            "EMAIL_URL": f"filemail://{self.mails}",
            "VAR_DIR": str(self.cluster.folder / "var"),
            "LOG_LEVEL": "WARNING",
        }

    def round(self, number: int) -> list[str]:
        """Kill, wait, look at what is stored, let the machine come back; return what is wrong."""
        stop, clients = self._clients()
        for one in clients:
            one.start()
        time.sleep(BEFORE)
        dead = self.cluster.primary()
        confirmed = len(self.told.confirmed_at)
        killed = time.monotonic()
        dead.die()
        wait_for("a write after the failover", lambda: self._wrote_after(killed))
        time.sleep(AFTER)
        stop.set()
        for one in clients:
            one.join()
        silence = self._longest_silence(killed)
        self.silences.append(silence)
        primary = self.cluster.primary()
        found = self._check()
        self._bring_back(dead)
        print(
            f"{number:2}: {dead.name} died, {primary.name} took over; no write for {silence:.1f} s;"
            f" {len(self.told.confirmed_at) - confirmed} confirmed since;"
            f" {dict(self.told.answers)}; wrong: {len(found)}",
            flush=True,
        )
        for problem in found[:5]:
            print(f"    {problem}", flush=True)
        return found

    def report(self, rounds: int, found: list[str]) -> None:
        from deploy.drill.machines.checks import count_mails

        told = self.told
        print(f"\n{rounds} rounds; {len(told.bookings)} bookings and {len(told.logs)} logs confirmed")
        print(
            f"seconds without writes: median {statistics.median(self.silences):.1f},"
            f" least {min(self.silences):.1f}, most {max(self.silences):.1f}"
        )
        print(f"answers: {dict(told.answers)}; mails sent: {count_mails(self.mails)}")
        for problem, times in Counter(told.problems).most_common(20):
            print(f"  {times} × {problem}")
        print(f"wrong: {len(found)}")

    def _clients(self) -> "tuple[threading.Event, list[threading.Thread]]":
        from deploy.drill.machines.load import Booker, KeeperAtWork

        stop = threading.Event()
        known = (self.told, stop)
        running = self.city.running_bookings(RUNNING)
        keeper = KeeperAtWork(self.site, self.city.keeper_token, *known, running=running)
        bookers = [Booker(self.site, token, *known, slots=self.slots) for token in self.city.tokens]
        return stop, [keeper, *bookers]

    def _wrote_after(self, instant: float) -> bool:
        # What was under way when the machine died may still be answered a moment later.
        return self.told.confirmed_at[-1] > instant + 2

    def _longest_silence(self, killed: float) -> float:
        times = [one for one in self.told.confirmed_at if one > killed - BEFORE]
        return max(later - earlier for earlier, later in pairwise(times))

    def _check(self) -> list[str]:
        from django.db import connections

        from deploy.drill.machines import checks

        connections.close_all()
        return [
            *checks.find_lost(self.told),
            *checks.find_overlaps(),
            *checks.find_twice_sent(self.mails),
            *checks.find_unverified(),
        ]

    def _bring_back(self, dead: Machine) -> None:
        dead.start()
        self.cluster.wait_until_whole()


def _load_django() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    main()
