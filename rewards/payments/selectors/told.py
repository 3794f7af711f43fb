"""Compare what accounts, payments, reversals and batches say with what the journal tells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from instrument_share.journal.selectors import entries
from rewards.cycle.models import AssessmentCycle
from rewards.payments.models import BatchRow, PayeeAccount, Payment, PaymentBatch, Reversal
from rewards.report.domain.states import ReportState
from rewards.report.selectors.told import (
    act,
    compare,
    find_missing,
    get_detail,
    told_of,
    write_day,
    write_yuan,
)

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry


def find_untold_payments(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between a year's payments and its journal."""
    payments = list(
        Payment.objects.filter(report__cycle=cycle).select_related(
            "award", "report", "payee_account", "reversal"
        )
    )
    told = told_of(payments)
    for payment in payments:
        yield from _payment(payment, told.get(payment.public_id, {}))
    awards = set(cycle.assessments.values_list("award__public_id", flat=True))
    paid = [one for one in entries().filter(action="payment.recorded") if one.details["award"] in awards]
    yield from find_missing("payment", payments, paid)
    yield from _accounts(cycle)
    yield from _batches(list(PaymentBatch.objects.filter(report__cycle=cycle)))


def _payment(payment: Payment, told: "Mapping[str, AuditEntry]") -> Iterator[str]:
    recorded = told.get("payment.recorded")
    account = payment.payee_account
    columns = {
        "award": (payment.award.public_id, get_detail(recorded, "award")),
        "amount_yuan": (write_yuan(payment.amount_yuan), write_yuan(get_detail(recorded, "amount_yuan"))),
        "paid_date": (write_day(payment.paid_date), get_detail(recorded, "paid")),
        "voucher": (payment.voucher, get_detail(recorded, "voucher", "")),
        "number": (payment.number, get_detail(recorded, "number", 1)),
        "report": (payment.report.public_id, get_detail(recorded, "report", payment.report.public_id)),
        "state": (payment.report.state, ReportState.ACCEPTED),
        "account": (payment.account, account.number if account else payment.account),
        "payee_account": (account and account.public_id, get_detail(recorded, "account")),
        **act(recorded, payment.recorded_at, payment.recorded_by_id, "recorded"),
    }
    yield from compare(f"payment {payment.public_id}", "journal", columns)
    yield from _reversal(payment, told.get("payment.reversed"))


def _reversal(payment: Payment, told: "AuditEntry | None") -> Iterator[str]:
    reversal: Reversal | None = getattr(payment, "reversal", None)
    stored = reversal and (reversal.recorded_at, reversal.recorded_by_id)
    at, by = stored or (None, None)
    columns = {
        "reversed_date": (reversal and write_day(reversal.reversed_date), get_detail(told, "reversed")),
        "voucher": (reversal and reversal.voucher, get_detail(told, "voucher")),
        "reason": (reversal and reversal.reason, get_detail(told, "reason")),
        **act(told, at, by, "recorded"),
    }
    yield from compare(f"reversal of {payment.public_id}", "journal", columns)


def _accounts(cycle: AssessmentCycle) -> Iterator[str]:
    units = list(cycle.assessments.values_list("organization_id", flat=True))
    accounts = list(PayeeAccount.objects.filter(organization__in=units))
    told = told_of(accounts)
    for account in accounts:
        acts = told.get(account.public_id, {})
        entered, checked = acts.get("account.entered"), acts.get("account.checked")
        columns = {
            "organization": (account.organization_id, entered and entered.organization_id),
            "sha256": (account.fingerprint, get_detail(entered, "sha256")),
            **act(entered, account.entered_at, account.entered_by_id, "entered"),
            **act(checked, account.checked_at, account.checked_by_id, "checked"),
        }
        yield from compare(f"account {account.public_id}", "journal", columns)
    entered_of_units = entries().filter(action="account.entered", organization_id__in=units)
    yield from find_missing("account", accounts, entered_of_units)


def _batches(batches: Sequence[PaymentBatch]) -> Iterator[str]:
    told = told_of(batches)
    for batch in batches:
        made = told.get(batch.public_id, {}).get("batch.made")
        rows = BatchRow.objects.filter(batch=batch).order_by("position").select_related("award", "account")
        columns = {
            "number": (batch.number, get_detail(made, "number")),
            "rows": ([_row(row) for row in rows], get_detail(made, "rows")),
            **act(made, batch.made_at, batch.made_by_id, "made"),
        }
        yield from compare(f"batch {batch.public_id}", "journal", columns)


def _row(row: BatchRow) -> list[str]:
    """Return a row as the journal tells it."""
    return [row.award.public_id, row.account.public_id, str(row.amount_yuan)]
