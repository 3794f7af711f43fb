"""What every load script begins with: a throw-away database, and a verdict on ratios.

Importing this sets Django up on a database of its own, which goes away with the process: an SQLite file in a
temporary folder, or, where DATABASE_URL names a PostgreSQL server, a new database on that server.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

OWN_FOLDER = "INSTRUMENT_SHARE_BENCH_FOLDER"

# A process that a script starts finds it set, and works on the same database.
if OWN_FOLDER not in os.environ:
    FOLDER = Path(tempfile.mkdtemp(prefix="instrument-share-bench-"))
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    os.environ[OWN_FOLDER] = str(FOLDER)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="instrument_share.settings",
        SECRET_KEY="for-benchmarks-only",
        DEBUG="false",
        LOG_LEVEL="WARNING",
        DATABASE_POOL="0",  # a script has one connection
        VAR_DIR=str(FOLDER),
        EMAIL_URL="memorymail://",
    )
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER / 'bench.sqlite3'}"

import django  # noqa: E402 - the settings read the environment above

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402


def make_database() -> None:
    """Migrate the throw-away database; processes started from now on work on it too."""
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        return
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"instrument_share_bench_{os.getpid()}"
    made = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{made}").geturl()
    atexit.register(connection.creation.destroy_test_db, kept, verbosity=0)


def analyze() -> None:
    """What a PostgreSQL server does by itself a minute after many rows have come."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def timed(act: Callable[[], object]) -> float:
    """Seconds that `act` takes."""
    gc.collect()
    begun = perf_counter()
    act()
    return perf_counter() - begun


class Verdict:
    """Prints each comparison as it is made; `exit` ends the script with 1 when one was above the accepted."""

    def __init__(self) -> None:
        self.ok = True
        print(f"{connection.vendor}, {os.cpu_count()} cores")
        print(f"{'':44}{'measured':>11}{'floor':>11}{'ratio':>8}{'accepted':>10}")

    def compare(
        self,
        what: str,
        *,
        measured: Callable[[], object],
        floor: Callable[[], object],
        accepted: float,
        rounds: int = 1,
    ) -> None:
        """Run both in turn, so that a busy machine slows both, and judge the best of each."""
        pairs = [(timed(measured), timed(floor)) for _ in range(rounds)]
        self.judge(what, min(one for one, _ in pairs), min(other for _, other in pairs), accepted)

    def judge(self, what: str, measured: float, floor: float, accepted: float) -> None:
        """Two times in seconds."""
        self._ratio(what, measured, floor, accepted, _shown)

    def weigh(self, what: str, sent: int, limit: int) -> None:
        """Bytes over the wire against the most that they may be, which stands in the place of the floor."""
        self._ratio(what, sent, limit, 1, _weight)

    def at_most(self, what: str, number: int, accepted: int) -> None:
        """A count that is no time, such as of statements."""
        self._line(f"{what:44}{number:>11}{'':19}{f'≤ {accepted}':>10}", number <= accepted)

    def exit(self) -> None:
        connection.close()
        sys.exit(0 if self.ok else 1)

    def _ratio(
        self, what: str, measured: float, floor: float, accepted: float, shown: Callable[[float], str]
    ) -> None:
        ratio = measured / floor
        digits = 1 if ratio >= 1 else 2
        self._line(
            f"{what:44}{shown(measured):>11}{shown(floor):>11}{ratio:>8.{digits}f}{f'≤ {accepted:g}':>10}",
            ratio <= accepted,
        )

    def _line(self, text: str, ok: bool) -> None:
        self.ok &= ok
        print(text if ok else f"{text}  ABOVE", flush=True)


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def _weight(sent: float) -> str:
    return f"{sent / 1000:.1f} KB"
