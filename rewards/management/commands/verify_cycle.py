"""Compute a year's results again and compare them with what is stored and sealed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from instrument_share.kernel.errors import DomainError
from rewards.assessment.selectors import get_award_amounts
from rewards.assessment.services.recomputing import find_result_differences
from rewards.cycle.models import AssessmentCycle
from rewards.report.models import FinanceReport
from rewards.report.selectors.integrity import find_report_problems


class Command(BaseCommand):
    """Exit with 0 when everything agrees, with 1 and the differences otherwise."""

    help = (
        "Compute the scores and awards of a year from its snapshot, policy, budget and decisions, and name "
        "every stored figure that differs; then compare the reports that were sent with their files and with "
        "the awards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        cycle = AssessmentCycle.objects.select_related("policy").filter(year=options["year"]).first()
        if cycle is None or cycle.scored_at is None:
            raise CommandError(f"The year {options['year']} has no results to compare.")
        try:
            found = [str(one) for one in find_result_differences(cycle)]
        except DomainError as error:
            raise CommandError(str(error)) from error
        live = get_award_amounts([cycle.pk]).get(cycle.pk, {})
        for report in FinanceReport.objects.filter(cycle=cycle).order_by("number"):
            problems = find_report_problems(report, live)
            found += [f"report {report.number} ({report.code}): {gettext(problem)}" for problem in problems]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"Results, awards and reports of {cycle.year} are what its snapshot gives.")
