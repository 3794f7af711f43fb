"""manage.py demo: load the invented city of Yunping into an empty database; safe to run again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from instrument_share.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from instrument_share.demo.city import load_city
from instrument_share.demo.load import DatabaseInUse, Progress, is_loaded, load_demo
from instrument_share.web import clock


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hundreds of thousands of rows, no cycles: the search for garbage would take a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Command(BaseCommand):
    help = "Load the demo city: units, instruments, over two years of bookings and usage, one assessment."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = is_loaded(load_city())
        except DatabaseInUse as refusal:
            raise CommandError(str(refusal)) from refusal
        if loaded:
            self.stdout.write("The demo city is loaded already; nothing was changed.")
        else:
            self.stdout.write("Loading the demo city (less than a minute) …")
            with _collector_paused():
                load_demo(load_city(), clock.now(), self._say)
        self._accounts()

    def _say(self, progress: Progress) -> None:
        self.stdout.write(f"  {progress.stage}: {progress.what}  ({progress.seconds:.1f} s)")
        self.stdout.flush()

    def _accounts(self) -> None:
        self.stdout.write(f"\nLog in at {settings.SITE_URL} with the password {DEMO_PASSWORD} as")
        for account in DEMO_ACCOUNTS:
            self.stdout.write(f"  {account.username:<6} {account.role_zh} · {account.role_en}")
