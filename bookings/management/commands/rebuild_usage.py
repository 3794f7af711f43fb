from typing import Any

from django.core.management.base import BaseCommand

from bookings.usage.services.days import usage_rebuild


class Command(BaseCommand):
    """Make again what is kept of every unit's logs."""

    help = (
        "Work out the sums of usage by unit and day, and the list of logs that wait to be confirmed, again "
        "from the logs. Safe to repeat, also while the site is in use."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{usage_rebuild()} units.")
