"""What every test may ask for: a clock to set, statements to count, its database in other processes."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django_tasks_db.management.commands import db_worker

from instrument_share.jobs import worker
from instrument_share.journal import guards
from instrument_share.web import clock as real_clock
from tests import migrated
from tests.emptying import empty_written_tables
from tests.environment import OWN_FOLDER
from tests.factories import NOW

# Two busy cores make an example slow now and then; that says nothing about the rule.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("suite")

TESTS = Path(__file__).parent
JOURNEYS = TESTS / "journeys"
PAGES = {"pages", "people", "demo", "fuzzing", "bootstrap"}
"""Folders of tests that look at what pages say, load the demo or a new site, or send hostile inputs.

They ask selectors and services whose own tests run on both engines, and journeys walk through the pages on
PostgreSQL.
"""
PAPERS_AND_FIGURES = {
    *("test_report.py", "test_sealed.py", "test_certificate.py", "test_recompute.py"),
    *("test_every_change_is_named.py", "test_statement_budgets.py", "test_numbers.py"),
    "test_permissions.py",
}
"""Files of that kind elsewhere: papers, the statements and figures of pages, and who may do what."""
LONGEST = {
    *("test_installation.py", "test_migrated_schema.py", "test_page_permissions.py"),
    *("test_page_frame.py", "test_hanging_mail.py", "test_contract.py", "test_page_offers.py"),
    *("test_assessment.py", "test_main_job.py", "test_new_unit.py", "test_whole_way.py", "test_vouchers.py"),
}
AT_START = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    # Hashing that is slow on purpose would be most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # At every signature OpenSSL proves again that the key is made of primes, for a quarter of a second.
    serialization.load_der_private_key = lru_cache(maxsize=8)(serialization.load_der_private_key)
    # Pages name static files as they stand in the source tree; `collected` below has them as on a site.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    # `force_login` asks nobody for a password; test_own_account.py asks as a site does.
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    # Tests set the clock forward by days; tests/accounts/test_sessions.py lets sessions rest as on a site.
    settings.SESSION_IDLE_MINUTES = settings.SESSION_LIFETIME_DAYS = 0
    # Tests without a database have limits too; `shared_limits` below has them as on a site.
    settings.SITE_CACHES = settings.CACHES
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        # Rows that a test puts there without a service leave no audit entry, which shared pages go by.
        "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
    config.stash[AT_START] = visible_in_the_root(config)


def visible_in_the_root(config: pytest.Config) -> set[str]:
    return {path.name for path in config.rootpath.iterdir() if not path.name.startswith(".")} - {"var"}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that leaves a file or folder in the root of the project: a relative path wrote it."""
    config = session.config
    if hasattr(config, "workerinput"):  # a worker of xdist; the process that started it looks
        return
    if new := visible_in_the_root(config) - config.stash[AT_START]:
        names = ", ".join(sorted(new))
        config.get_terminal_writer().line(f"\nThe run left {names} behind. Write to tmp_path instead.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Don't read the files of journeys, and of tests of pages, where -m leaves all of them out."""
    if collection_path.suffix != ".py":
        return None
    left_out = config.option.markexpr
    is_left_out = ("not journey" in left_out and collection_path.is_relative_to(JOURNEYS)) or (
        "not page" in left_out and is_about_pages(collection_path)
    )
    return is_left_out or None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark tests for -m, and let the longest begin first, whatever order is drawn.

    One of them at the end would keep one worker busy, and the others waiting, for two minutes. What
    stands first goes to one worker, so that the city of the walk through the demo is loaded once.
    """
    mark(items)
    yield
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays to the end, as the site's processes do.

    Each worker holds all tests and the whole project; going through them again and again took a fiftieth of
    the suite's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def is_about_pages(file: Path) -> bool:
    in_a_folder = bool(PAGES & set(file.relative_to(TESTS).parts))
    shows = "page" in file.stem or file.name == "test_api.py"
    return in_a_folder or shows or file.name in PAPERS_AND_FIGURES


def mark(items: list[pytest.Item]) -> None:
    """Mark journeys, tests of pages, tests that need a database, and quick tests: each can be run alone."""
    for item in items:
        if is_about_pages(item.path):
            item.add_marker("page")
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker("journey")
        asks_for = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or asks_for & {"db", "transactional_db", "live_server"}:
            item.add_marker("database")
        if not item.get_closest_marker("journey") and not item.get_closest_marker("database"):
            item.add_marker("quick")


# --- The database -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as on a real site: other threads and processes meet the same locks as there.

    Tests don't wait for the disk, as a site does: making the database would take twice as long. On
    PostgreSQL it is a copy of one that was migrated once.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(OWN_FOLDER / "test.sqlite3")
        options = connection.settings_dict["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    """No test is refused for how often the ones before it logged in."""
    cache.clear()


@pytest.fixture
def shared_pages(settings: Any) -> None:
    """Visitors share pages, as on a site; what the test writes has to leave an entry."""
    settings.CACHES = {**settings.CACHES, "pages": settings.SITE_CACHES["pages"]}
    caches["pages"].clear()


@pytest.fixture
def shared_limits(transactional_db: None, settings: Any) -> None:
    """Limits are counted in the database, as on a site."""
    settings.CACHES = settings.SITE_CACHES


@pytest.fixture(autouse=True)
def _no_made_files() -> None:
    """No test reads a public file that was made of the data of the one before it."""
    shutil.rmtree(OWN_FOLDER / "made", ignore_errors=True)


@pytest.fixture(autouse=True)
def _language_of_nobody() -> Iterator[None]:
    """The language of a request stays active in its thread; no test reads what the one before it spoke."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _empty_after_transactional_tests() -> Iterator[None]:
    """The first time all tables are truncated: rows that earlier tests rolled back still fill their pages."""
    flush = TransactionTestCase._fixture_teardown
    is_first = True

    def empty(self: TransactionTestCase) -> None:
        nonlocal is_first
        if is_first:
            with guards.guards_lifted():
                flush(self)
            is_first = False
        else:
            empty_written_tables(connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
    yield
    patch.undo()


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment in which another process works on this test's database (for races and commands)."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{there['NAME']}"
    else:
        address = f"{there['HOST']}:{there['PORT']}" if there["PORT"] else there["HOST"]
        url = f"postgres://{there['USER']}:{there['PASSWORD']}@{address}/{there['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "instrument_share.settings"}


@pytest.fixture
def run_jobs(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """`run_jobs()` runs the jobs that are ready, in the transaction of the test."""
    for module in (db_worker, worker):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)

    def run_jobs() -> None:
        while worker.run_next_job("test"):
            pass

    return run_jobs


class Statements:
    """Counts the SQL statements of what is done."""

    def of(self, act: Callable[[], object]) -> list[str]:
        """The statements that `act` sends."""
        with CaptureQueriesContext(connection) as captured:
            act()
        return [query["sql"] for query in captured.captured_queries]

    def assert_unchanged(self, act: Callable[[], object], *, by: Callable[[], object]) -> None:
        """`act` takes as many statements after `by` has added rows as before.

        A first call before each is not counted: it may fill what is kept as long as the process lives.
        """
        act()
        few = self.of(act)
        by()
        act()
        many = self.of(act)
        assert len(many) == len(few), "\n".join(["With few rows:", *few, "With many rows:", *many])


@pytest.fixture
def statements(db: None) -> Statements:
    return Statements()


# --- Time -------------------------------------------------------------------------------------------------


class Clock:
    """The instant that `clock.now()` gives at the edge while a test runs."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def set(self, instant: datetime) -> None:
        if instant.utcoffset() is None:
            raise ValueError(f"An instant needs a time zone: {instant!r}")
        self.instant = instant

    def move(self, by: timedelta) -> None:
        self.instant += by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands still until it is set or moved; starts at the real time."""
    stopped = Clock(real_clock.now())
    monkeypatch.setattr(real_clock, "now", stopped.now)
    return stopped


# --- Pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def see(client: Client, clock: Clock) -> Callable[..., HttpResponse]:
    """`see(person, name, *args)` opens a page as that person, None for a visitor."""

    def see(person, name, /, *args, now=NOW, **query):
        clock.set(now)
        client.force_login(person) if person else client.logout()
        return client.get(reverse(name, args=args), query)

    return see


@pytest.fixture
def send(client: Client, clock: Clock) -> Callable[..., HttpResponse]:
    """`send(person, name, *args, **data)` sends a form as that person."""

    def send(person, name, /, *args, now=NOW, htmx=False, **data):
        clock.set(now)
        client.force_login(person) if person else client.logout()
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(reverse(name, args=args), data, headers=headers)

    return send
