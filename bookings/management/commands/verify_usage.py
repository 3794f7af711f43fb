from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.usage.selectors.chain_log import USAGE_CHECK
from bookings.usage.selectors.overlaps import find_untold_overlaps
from bookings.usage.services.days import usage_units_differing


class Command(BaseCommand):
    """Exit with 0 when every chain fits and the sums by day are those of the logs, with 1 otherwise."""

    help = (
        "Walk the chain of usage entries of every instrument and name the rows that do not fit, or are not "
        "what the log holds of them; then compare marked overlaps with the journal, and the sums by day, "
        "from which public figures come, with the logs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = USAGE_CHECK.run_all()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("Every chain of usage entries fits, and is what the log holds of it.")
        if logs := find_untold_overlaps():
            raise CommandError(f"What overlaps these logs is not what the journal tells: {', '.join(logs)}.")
        differing = usage_units_differing()
        if differing:
            raise CommandError(
                f"What is kept of the logs differs from them for the units with the ids {differing}. "
                "Run rebuild_usage, and find out what wrote past the services."
            )
        self.stdout.write("What is kept of the logs (sums by day, what waits) agrees with them.")
