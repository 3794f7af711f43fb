from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.upkeep.backups import backup_check, backup_make, backups_forget_old
from instrument_share.upkeep.errors import UpkeepError
from instrument_share.web import clock


class Command(BaseCommand):
    """Exit code 0 when there is one more backup that reads as it was written, 1 otherwise."""

    help = (
        "Back up the site, that is database, files and keys, into one encrypted file of the folder, while "
        "people go on working; then remove backups older than BACKUP_KEPT_DAYS."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--unencrypted-for-everybody-to-read",
            action="store_true",
            dest="plain",
            help="write a plain file, with everything that people told the site in confidence",
        )
        parser.add_argument("--identity", type=Path, help="the private key: also decrypt and compare it all")

    def handle(self, *args: Any, **options: Any) -> None:
        recipient = "" if options["plain"] else settings.BACKUP_RECIPIENT
        if not (recipient or options["plain"]):
            raise CommandError(
                "BACKUP_RECIPIENT is not set. Make a pair of keys on another machine (age-keygen), keep the "
                "private one there, and set the public one."
            )
        begun, now, folder = perf_counter(), clock.now(), options["folder"]
        try:
            file = backup_make(folder, recipient=recipient, now=now)
            if options["identity"] or not recipient:
                backup_check(file, identity=options["identity"])
            removed = backups_forget_old(folder, days=settings.BACKUP_KEPT_DAYS, now=now)
        except (UpkeepError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        size, seconds = file.stat().st_size / 1e6, perf_counter() - begun
        self.stdout.write(f"{file} ({size:.1f} MB, {seconds:.1f} s)")
        for one in removed:
            self.stdout.write(f"removed {one.name}")
