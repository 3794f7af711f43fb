from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.web import clock
from providers.units.services.kept_completeness import completeness_differing, completeness_rebuild


class Command(BaseCommand):
    """Judge the completeness of every unit again, or say where what is kept differs."""

    help = "Judge the completeness of every unit again and keep it. Safe to repeat, also while in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; 1 if something differs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{completeness_rebuild(clock.now())} units.")
            return
        if differing := completeness_differing(clock.now()):
            raise CommandError(
                f"The kept completeness differs from what is judged for the units with the ids {differing}. "
                "Run rebuild_completeness, and find out what wrote past the services."
            )
        self.stdout.write("The kept completeness is what is judged.")
