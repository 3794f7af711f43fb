"""Compare what accounts, payments, reversals and batches say with what the journal tells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import entries
from rewards.cycle.models import AssessmentCycle
from rewards.payments.models import BatchRow, PayeeAccount, Payment, PaymentBatch, Reversal
from rewards.report.domain.states import ReportState
from rewards.report.selectors.told import (
    act,
    acts_on,
    compare,
    find_missing,
    get_detail,
    last_of,
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
    yield from _batches(dict(cycle.reports.values_list("public_id", "pk")))


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
        "public_id": (reversal and reversal.public_id, get_detail(told, "reversal")),
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


def _batches(reports: Mapping[str, int]) -> Iterator[str]:
    """Compare the batches of reports, whose keys are given by public id."""
    batches = list(PaymentBatch.objects.filter(report__in=reports.values()).select_related("report"))
    made_of = entries().filter(action="batch.made", details__report__in=list(reports))
    yield from find_missing("batch", batches, made_of)
    acts = acts_on(batches)
    for batch in batches:
        told = acts.get(batch.public_id, ())
        made = last_of(told).get("batch.made")
        found = BatchRow.objects.filter(batch=batch).order_by("position")
        rows = list(found.select_related("award", "account", "payment"))
        columns = {
            "report": (batch.report.public_id, get_detail(made, "report")),
            "number": (batch.number, get_detail(made, "number")),
            "rows": ([_row(row) for row in rows], get_detail(made, "rows")),
            "positions": ([row.position for row in rows], list(range(1, len(rows) + 1))),
            "outcomes": ([_outcome(row) for row in rows], _outcomes(rows, told)),
            **act(made, batch.made_at, batch.made_by_id, "made"),
        }
        yield from compare(f"batch {batch.public_id}", "journal", columns)


def _row(row: BatchRow) -> list[str]:
    """Return a row as the journal tells it."""
    return [row.award.public_id, row.account.public_id, str(row.amount_yuan)]


def _outcome(row: BatchRow) -> tuple[Any, ...]:
    return row.payment.public_id if row.payment else "", row.failed_at, row.failed_reason


def _outcomes(rows: Sequence[BatchRow], told: "Sequence[AuditEntry]") -> list[tuple[Any, ...]]:
    """Return what the journal tells of each row: payment, when it failed and why; nothing while it waits."""
    said = {
        award: (payment, None if payment else entry.at, reason)
        for entry in told
        if entry.action in {"batch.settled", "batch.withdrawn"}
        for award, payment, reason in entry.details["rows"]
    }
    return [said.get(row.award.public_id, ("", None, "")) for row in rows]
