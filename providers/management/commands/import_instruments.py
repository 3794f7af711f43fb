"""Import a unit's own sheet of instruments as drafts; see providers/README.md."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from instrument_share.accounts.selectors import organization_by_uscc
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.wording import Words
from instrument_share.sheets.reading import read_table
from instrument_share.web import clock
from instrument_share.web.responses.problem import problems_told, told
from providers.exchange.domain.sheets.maps import SheetMap, parse_map
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.services.imports import ImportReport, Outcome, apply, preview

OUTCOMES = {
    Outcome.NEW: gettext_lazy("new drafts"),
    Outcome.UPDATED: gettext_lazy("drafts updated"),
    Outcome.UNCHANGED: gettext_lazy("already there, unchanged"),
    Outcome.KEPT: gettext_lazy("already submitted or published, left unchanged"),
    Outcome.REFUSED: gettext_lazy("refused"),
}


class Command(BaseCommand):
    help = "Enter the instruments of a sheet (CSV or XLSX) as drafts of a unit."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, metavar="USCC", help="the owning unit's code")
        parser.add_argument("--map", type=Path, help="TOML: which column is which field")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--partial", action="store_true", help="take the good rows, leave the others")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = organization_by_uscc(options["unit"])
        if unit is None:
            raise CommandError(
                _("There is no organization with the code “%(uscc)s”.") % {"uscc": options["unit"]}
            )
        try:
            mapping = parse_map(options["map"].read_text("utf-8")) if options["map"] else SheetMap()
            table = read_table(options["file"].read_bytes())
            asked: dict[str, Any] = {
                "actor": None,
                "organization_id": unit.pk,
                "table": table,
                "mapping": mapping,
                "now": clock.now(),
            }
            report = preview(**asked) if options["dry_run"] else apply(**asked, partial=options["partial"])
        except DomainError as error:
            lines = [
                told(error.message, error.params),
                *(one.detail for one in problems_told(error.problems)),
            ]
            raise CommandError("\n".join(lines)) from None
        except OSError as error:
            raise CommandError(str(error)) from None
        self._tell(report)
        if report.errors and not report.applied:
            raise CommandError(
                _("Nothing was entered. Correct the rows, or take the good ones with --partial.")
            )

    def _tell(self, report: ImportReport) -> None:
        if report.problems:
            heads = (_("row"), _("column"), _("value"), _("what is wrong"), _("what to do"))
            self.stdout.write("\t".join(heads))
        for problem in report.problems:
            self.stdout.write("\t".join(_cells(problem)))
        if report.ignored_columns:
            columns = _("Columns ignored: %(columns)s") % {"columns": ", ".join(report.ignored_columns)}
            self.stdout.write(columns)
        for outcome, number in report.counts.items():
            if number:
                rows = ngettext("%(number)s row", "%(number)s rows", number) % {"number": number}
                self.stdout.write(f"{rows}: {OUTCOMES[Outcome(outcome)]}")


def _cells(problem: SheetProblem) -> tuple[str, ...]:
    return (
        problem.cell or str(problem.row),
        _(problem.column) if isinstance(problem.column, Words) else problem.column,
        " ".join(problem.value.split()),
        told(problem.reason.message, problem.reason.params),
        told(problem.remedy.message, problem.remedy.params),
    )
