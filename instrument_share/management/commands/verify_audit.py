from typing import Any

from django.core.management.base import BaseCommand, CommandError

from instrument_share.transparency.selectors.checks import CHECKS


class Command(BaseCommand):
    """Exit code 0 when everything fits, 1 when something does not."""

    help = (
        "Check every seal over the audit entries, the log with its tree, and the signed checkpoints, also "
        "those in the second place, and name what does not fit."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = [problem for check in CHECKS for problem in check.run_all()]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("Every seal fits its entries, and the log its checkpoints.")
