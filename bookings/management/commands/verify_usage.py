from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.usage.selectors.usage import find_broken_links


class Command(BaseCommand):
    """Exit with 0 when every chain fits, with 1 otherwise."""

    help = "Walk the chain of usage entries of every instrument and name the first row that does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = next(find_broken_links(), None)
        if broken is not None:
            entry, what = broken
            raise CommandError(
                f"{entry.instrument.public_id} entry {entry.number} ({entry.kind}, "
                f"recorded {entry.recorded_at:%Y-%m-%dT%H:%M:%SZ}): {what}."
            )
        self.stdout.write("Every chain of usage entries fits.")
