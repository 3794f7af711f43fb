import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from instrument_share.jobs.worker import work


class Command(BaseCommand):
    help = "Run jobs and what is due by the clock until it is told to end; a job under way is finished first."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(end, lambda *_received: stop.set())
        self.stdout.write("The worker runs.")
        work(stop)
