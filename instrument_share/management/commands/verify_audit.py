from typing import Any

from django.core.management.base import BaseCommand, CommandError

from instrument_share.journal.selectors import broken_seals


class Command(BaseCommand):
    """Exit code 0 when every seal fits, 1 when some seal does not."""

    help = "Check every seal over the audit entries and name the first that does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        seal = next(broken_seals(), None)
        if seal is not None:
            raise CommandError(
                f"The seal over entries {seal.first_entry_id}–{seal.last_entry_id} does not fit: "
                "an entry in it was changed, removed or added."
            )
        self.stdout.write("Every seal fits its entries.")
