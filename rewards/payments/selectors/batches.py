"""Batches of payments."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from instrument_share.kernel.errors import require_found
from rewards.payments.models import BatchRow, PaymentBatch
from rewards.payments.selectors.accounts import get_accounts

if TYPE_CHECKING:
    from rewards.report.models import FinanceReport

WAITING = Q(payment__isnull=True, failed_at__isnull=True)
"""Rows of batches without an outcome."""


def batches(report: "FinanceReport") -> QuerySet[PaymentBatch]:
    """Return the batches of a report, newest first, with `size`, `total_yuan`, `paid`, `failed`."""
    return (
        PaymentBatch.objects.filter(report=report)
        .select_related("made_by")
        .annotate(
            size=Count("rows"),
            total_yuan=Sum("rows__amount_yuan"),
            paid=Count("rows__payment"),
            failed=Count("rows__failed_at"),
        )
        .order_by("-number")
    )


def get_batch(report: "FinanceReport", public_id: str) -> PaymentBatch:
    """Return a batch of a report with its rows (`.rows.all()`) in order. Raises NotFound."""
    rows = BatchRow.objects.select_related(
        "award__assessment__organization", "account", "payment__reversal"
    ).order_by("position")
    return require_found(
        batches(report).filter(public_id=public_id).prefetch_related(Prefetch("rows", rows)).first()
    )


def find_replaced(rows: Iterable[BatchRow]) -> frozenset[int]:
    """Return the ids of waiting rows whose unit names another account by now. One statement."""
    waiting = [row for row in rows if row.is_waiting]
    present = get_accounts([row.account.organization_id for row in waiting])
    return frozenset(
        row.pk for row in waiting if not row.account.is_same_as(present[row.account.organization_id])
    )


def get_waiting_rows(award_ids: Collection[int]) -> dict[str, BatchRow]:
    """Return the rows in which awards wait for the bank, with their batch, by public id of the award."""
    rows = BatchRow.objects.filter(WAITING, award__in=award_ids).select_related("batch", "award")
    return {row.award.public_id: row for row in rows}


def batch_lock(batch_id: int) -> PaymentBatch:
    """Return the batch with its report, locked until the transaction ends. Raises NotFound."""
    return require_found(
        PaymentBatch.objects.select_for_update(of=("self",))
        .select_related("report__cycle")
        .filter(pk=batch_id)
        .first()
    )


def waiting_rows(batch: PaymentBatch) -> QuerySet[BatchRow]:
    """Return the rows of a batch without an outcome, in order, with award, unit and account."""
    return (
        BatchRow.objects.filter(WAITING, batch=batch)
        .select_related("award__assessment__organization", "account")
        .order_by("position")
    )
