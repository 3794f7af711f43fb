"""Payments in force, and reports that wait for the Finance Bureau."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, IntegerField, Model, OuterRef, QuerySet, Sum, When

from instrument_share.journal.selectors import entries_on
from instrument_share.kernel.errors import require_found
from rewards.assessment.models import Award
from rewards.cycle.domain.states import FINAL, CycleState
from rewards.payments.models import Payment
from rewards.report.domain.states import ReportState
from rewards.report.selectors.reports import reports

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.report.models import FinanceReport


def reports_waiting_first(viewer: "Viewer") -> "QuerySet[FinanceReport]":
    """Return visible reports with `rank`: 0 waits for an answer, 1 for payments, 2 for nothing."""
    rank = Case(
        When(state=ReportState.SENT, then=0),
        When(state=ReportState.ACCEPTED, cycle__state=CycleState.REPORTED, then=1),
        default=2,
        output_field=IntegerField(),
    )
    return reports(viewer).annotate(rank=rank)


def payments_in_force() -> QuerySet[Payment]:
    """Return the payments that were not reversed."""
    return Payment.objects.filter(reversal__isnull=True)


def get_paid_by_report(report_ids: Collection[int]) -> dict[int, Decimal]:
    """Return the yuan paid, by report id, without reports that have no payments. One statement."""
    sums = payments_in_force().filter(report__in=report_ids)
    return dict(sums.values_list("report").annotate(Sum("amount_yuan")))


def get_unpaid_of(organization_ids: Collection[int], cycle_ids: Collection[int]) -> dict[int, Decimal]:
    """Return the yuan of these units' awards that are not paid, by the id of their year. One statement."""
    paid = payments_in_force().filter(award=OuterRef("pk"))
    found = Award.objects.filter(
        ~Exists(paid), assessment__organization__in=organization_ids, assessment__cycle__in=cycle_ids
    )
    return dict(found.values_list("assessment__cycle").annotate(Sum("amount_yuan")))


def find_unpaid_units(organization_ids: Collection[int]) -> set[int]:
    """Return those of some units that have an award of an approved year that is not paid."""
    paid = payments_in_force().filter(award=OuterRef("pk"))
    of_units = Award.objects.filter(
        assessment__organization__in=organization_ids, assessment__cycle__state__in=FINAL, amount_yuan__gt=0
    )
    return set(of_units.filter(~Exists(paid)).values_list("assessment__organization", flat=True))


def get_account_reasons(model: type[Model], public_ids: Collection[str]) -> dict[str, str]:
    """Return why transfers went to an account that had been replaced, by their public id. One statement.

    `model`: payments of awards or payouts of vouchers. The journal keeps the reason.
    """
    acts = ("payment.recorded", "voucher_payout.recorded")
    recorded = entries_on(model._meta.label, public_ids, acts)
    return {entry.subject_id: entry.details["reason"] for entry in recorded if "reason" in entry.details}


def get_payment_reasons(payments: Iterable[Payment]) -> dict[str, str]:
    """Return why payments went to an account that had been replaced, by their public id. One statement."""
    return get_account_reasons(Payment, [payment.public_id for payment in payments])


def get_payments_by_award(report: "FinanceReport") -> Mapping[str, Payment]:
    """Return the payments in force of a report, by the public id of their award."""
    found = payments_in_force().filter(report=report).select_related("award")
    return {payment.award.public_id: payment for payment in found}


def get_payment_of_award(award_id: int) -> Payment | None:
    """Return the payment in force of an award, or None."""
    return payments_in_force().filter(award=award_id).first()


def reversed_payments(report: "FinanceReport") -> QuerySet[Payment]:
    """Return the payments of a report that came back, with unit and reversal, newest first."""
    return (
        Payment.objects.filter(report=report, reversal__isnull=False)
        .select_related("reversal__recorded_by", "award__assessment__organization")
        .order_by("-reversal__recorded_at", "-id")
    )


def get_payment(report: "FinanceReport", public_id: str) -> Payment:
    """Return a payment of a report, with its unit. Raises NotFound."""
    found = Payment.objects.select_related("award__assessment__organization", "reversal")
    return require_found(found.filter(report=report, public_id=public_id).first())


def payment_lock(payment_id: int) -> Payment:
    """Return the payment with its report and cycle, locked until the transaction ends. Raises NotFound."""
    return require_found(
        Payment.objects.select_for_update(of=("self",))
        .select_related("report__cycle", "award__assessment__organization")
        .filter(pk=payment_id)
        .first()
    )
