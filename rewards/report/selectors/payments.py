"""Payments, and reports that wait for the Finance Bureau."""

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, QuerySet, Sum, When

from rewards.cycle.domain.states import CycleState
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport, Payment
from rewards.report.selectors.reports import reports

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def reports_waiting_first(viewer: "Viewer") -> QuerySet[FinanceReport]:
    """Return visible reports with `rank`: 0 waits for an answer, 1 for payments, 2 for nothing."""
    rank = Case(
        When(state=ReportState.SENT, then=0),
        When(state=ReportState.ACCEPTED, cycle__state=CycleState.REPORTED, then=1),
        default=2,
        output_field=IntegerField(),
    )
    return reports(viewer).annotate(rank=rank)


def get_paid_by_report(report_ids: Collection[int]) -> dict[int, Decimal]:
    """Return the yuan paid, by report id, without reports that have no payments. One statement."""
    sums = Payment.objects.filter(report__in=report_ids).values_list("report").annotate(Sum("amount_yuan"))
    return dict(sums)
