from typing import Any

from django.core.management.base import BaseCommand

from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.web import clock


class Command(BaseCommand):
    """Recalculate the next free time of every instrument."""

    help = "Work out again when each instrument is next free."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{next_free_rebuild(clock.now())} instruments.")
