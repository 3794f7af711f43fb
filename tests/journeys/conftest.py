"""Journeys: what a person does, in the system's Chromium, against a live server on the test's database."""

import os
import shutil
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.journeys.walk import Watch, login

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A Chinese reader, unless a journey says otherwise.
READER_AT_A_DESK = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1440, "height": 900},
}


@pytest.fixture(scope="session", autouse=True)
def _beside_playwrights_loop() -> Iterator[None]:
    """Playwright's synchronous API leaves an event loop marked as running in this thread, between its calls
    too. No code of Django runs in that loop, so its guard is off for as long as the loop is there.
    """
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    yield
    patch.undo()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed.")
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict, base_url: str) -> dict:
    return {**browser_context_args, "base_url": base_url}


@pytest.fixture(autouse=True)
def _site_url(live_server: LiveServer, settings) -> None:
    """Addresses on papers and in mails lead to the live server."""
    settings.SITE_URL = live_server.url


@pytest.fixture
def run_worker(run_jobs: Callable[[], None]) -> Callable[[], None]:
    """`run_worker()` does the jobs that are ready, in a thread that has no event loop of Playwright's."""

    def work() -> None:
        run_jobs()
        connection.close()

    def run_worker() -> None:
        thread = Thread(target=work)
        thread.start()
        thread.join()

    return run_worker


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    """Fails the journey for what happened unseen; `watch.expect(text)` lets a meant error pass."""
    watch = Watch(live_server.url)
    yield watch
    assert watch.found == []


@pytest.fixture
def enter(new_context: Callable[..., BrowserContext], watch: Watch) -> Callable[..., Page]:
    """`enter()` opens a window as a visitor, `enter("li")` logged in as that person; each has cookies of its
    own. Further arguments are Playwright's for a context (`locale="en"`, `viewport=…`)."""

    def enter(username: str | None = None, **context_args: object) -> Page:
        context = new_context(**{**READER_AT_A_DESK, **context_args})
        watch.over(context)
        page = context.new_page()
        if username:
            login(page, username)
        return page

    return enter


@pytest.fixture
def page(enter: Callable[..., Page]) -> Page:
    return enter()
