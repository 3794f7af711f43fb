from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.upkeep.errors import UpkeepError
from instrument_share.upkeep.restoring import restore
from instrument_share.web import clock


class Command(BaseCommand):
    """Exit code 0 when the site is what the backup holds and every check finds nothing, 1 otherwise."""

    help = (
        "Restore a backup into an empty installation: check the file, take database, files and keys out of "
        "it, migrate, compare rows, files and heads of chains with the manifest, and run every check."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, help="the file with the private key")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = perf_counter()
        try:
            done = restore(options["file"], identity=options["identity"], now=clock.now())
        except (UpkeepError, OSError) as error:
            raise CommandError(f"Not restored. {error}") from error
        told = done.manifest
        rows, files, chains = sum(told["tables"].values()), len(told["files"]), len(told["heads"])
        self.stdout.write(
            f"{told['site']} as of {told['made_at']}: {rows} rows, {files} files, {chains} chains"
        )
        self.stdout.write(f"restored and checked in {perf_counter() - begun:.1f} s")
        for notice in done.notices:
            self.stdout.write(notice)
        if not done.is_whole:
            raise CommandError("\n".join([*done.differences, *done.found]))
