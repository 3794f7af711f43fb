from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.upkeep.backups import backup_check
from instrument_share.upkeep.errors import UpkeepError


class Command(BaseCommand):
    """Exit code 0 when everything in the backup is as its manifest has it, 1 otherwise."""

    help = "Read a backup to its end, compare it with its manifest, and say what it holds. Restores nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, help="the file with the private key")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = backup_check(options["file"], identity=options["identity"])
        except (UpkeepError, OSError) as error:
            raise CommandError(str(error)) from error
        rows, files, chains = sum(told["tables"].values()), len(told["files"]), len(told["heads"])
        self.stdout.write(f"{told['site']} at {told['made_at']}: {rows} rows, {files} files, {chains} chains")
