import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.doctor.checks import Level, examine
from instrument_share.web import clock


class Command(BaseCommand):
    help = "Say what this site lacks to run well. Ends with an error where something stops somebody's work."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for monitoring")

    def handle(self, *args: Any, **options: Any) -> None:
        results = examine(clock.now())
        if options["json"]:
            self.stdout.write(
                json.dumps([{**asdict(one), "level": one.level.value} for one in results], indent=1)
            )
        else:
            for one in results:
                self.stdout.write(f"{one.level.value:<8} {one.check:<14} {one.text}".rstrip())
        if errors := sum(one.level is Level.ERROR for one in results):
            raise CommandError(f"{errors} things stop somebody's work.")
