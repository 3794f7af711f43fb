"""Compute a year's results again and compare them with what is stored, told by the journal, and sealed."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from instrument_share.kernel.errors import DomainError
from rewards.assessment.selectors import get_award_amounts
from rewards.assessment.services.recomputing import find_differences
from rewards.cycle.models import AssessmentCycle
from rewards.payments.selectors.told import find_untold_payments
from rewards.report.selectors.integrity import find_package_differences, find_report_problems
from rewards.report.selectors.told import find_untold_changes
from rewards.report.selectors.told_findings import find_untold_findings
from rewards.report.selectors.told_inspections import find_untold_inspections
from rewards.report.selectors.told_objections import find_untold_facts, find_untold_objections


class Command(BaseCommand):
    """Exit with 0 when everything agrees, with 1 and the differences otherwise."""

    help = (
        "Compute the scores and awards of a year from its snapshot, policy, budget and decisions, and name "
        "every stored figure that differs; compare policy, declared facts, findings, inspections, "
        "objections, reports and payments with the journal, and every file of the reports that were sent "
        "with what they sealed and with the rows."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        found = list(find_problems(year))
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"Results, awards and reports of {year} are what its snapshot gives.")


def find_problems(year: int) -> Iterator[str]:
    """Yield what differs in the year, one comparison after the other."""
    cycle = AssessmentCycle.objects.select_related("policy").filter(year=year).first()
    if cycle is None or cycle.scored_at is None:
        yield f"The year {year} has no results to compare."
        return
    for look in LOOKS:
        try:
            yield from map(str, look(cycle))
        except DomainError as error:
            yield str(error)
        except Exception as error:  # changed rows can have any shape
            yield f"the rows cannot be compared: {type(error).__name__}: {error}"


def _find_report_problems(cycle: AssessmentCycle) -> Iterator[str]:
    live = get_award_amounts([cycle.pk]).get(cycle.pk, {})
    for report in cycle.reports.select_related("cycle__policy").order_by("number"):
        problems = [gettext(problem) for problem in find_report_problems(report, live)]
        for problem in (*problems, *find_package_differences(report)):
            yield f"report {report.number} ({report.code}): {problem}"


LOOKS: tuple[Callable[[AssessmentCycle], Iterable[object]], ...] = (
    find_untold_changes,
    find_untold_facts,
    find_untold_findings,
    find_untold_inspections,
    find_untold_objections,
    find_untold_payments,
    find_differences,
    _find_report_problems,
)
