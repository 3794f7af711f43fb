from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from instrument_share.web import clock
from providers.instruments.selectors.instruments import instrument_ids
from providers.terms.openings import local_midnight
from providers.terms.services.windows_check import windows_check, windows_rebuild_compared


class Command(BaseCommand):
    help = (
        "Expand the open windows anew from their rules, and say which came out differently. "
        "From now on, or from the day of --since. Some instruments at a time: nobody waits for the whole, "
        "and it may be stopped and begun again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--instrument", metavar="ID", help="this instrument alone (INS-…)")
        parser.add_argument("--since", metavar="DAY", type=date.fromisoformat, help="2026-01-31")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; end with 1 where something differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        since: datetime = local_midnight(options["since"]) if options["since"] else now
        act = windows_check if options["check"] else windows_rebuild_compared
        found = act(
            actor=None,
            now=now,
            since=since,
            instrument_ids=self._ids(options["instrument"]),
            tell=lambda done: self.stdout.write(f"{done} …"),
        )
        for public_id in found.different:
            self.stdout.write(f"{public_id} differs")
        identical = found.instruments - len(found.different)
        self.stdout.write(f"Instruments: {found.instruments}. Identical: {identical}.")
        if options["check"] and found.different:
            raise CommandError("The kept windows differ from what the rules say.", returncode=1)

    def _ids(self, public_id: str | None) -> list[int] | None:
        if public_id is None:
            return None
        ids = list(instrument_ids([public_id]).values())
        if not ids:
            raise CommandError(f"There is no instrument {public_id}.")
        return ids
