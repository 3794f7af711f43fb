"""Load a version of the national category table, and report its effects on instruments."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.responses.problem import problems_told, told
from providers.instruments.domain.categories import CategoryChange, Fate, read_category_rows
from providers.instruments.selectors.categories import category_changes
from providers.instruments.services.categories import category_table_load


class Command(BaseCommand):
    help = "Load a version of the category table: CSV with the columns parent, code, name (and name_en)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--version", required=True, dest="table_version", help="the name of the version")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would change")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Let `--version` name the version of the table, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                rows = read_category_rows(file)
            with transaction.atomic():
                changes = category_changes(rows)
                codes = category_table_load(
                    actor=None, version=options["table_version"], rows=rows, now=clock.now()
                )
                transaction.set_rollback(options["dry_run"])
        except DomainError as error:
            raise CommandError(
                "\n".join(
                    [
                        told(error.message, error.params),
                        *(one.detail for one in problems_told(error.problems)),
                    ]
                )
            ) from error
        for change in changes:
            self.stdout.write(_line(change))
        said = _("Only looked at: {codes} codes.") if options["dry_run"] else _("Loaded: {codes} codes.")
        self.stdout.write(said.format(codes=codes))


def _line(change: CategoryChange) -> str:
    counted = _("{code} {name}: {count} instruments").format(
        code=change.code, name=change.name_before, count=change.instruments
    )
    match change.fate:
        case Fate.KEPT:
            return _("{what}, as before").format(what=counted)
        case Fate.REDEFINED:
            said = _("{what}, the code now means “{name}”: decide for each whether it fits")
            return said.format(what=counted, name=change.name_after)
    named = "; ".join(f"{row.code} {row.name_zh}" for row in change.candidates) or "—"
    return _("{what}, the code has vanished; perhaps: {candidates}").format(what=counted, candidates=named)
