"""Batches: awards that go to the bank together, and what it answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop, require_reason
from instrument_share.kernel.wording import Bilingual, Sentence
from rewards.assessment.models import Award
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.payments.domain.bank_sheet import BankRow
from rewards.payments.domain.errors import (
    AnswersStale,
    AwardInBatch,
    BankSheetWrong,
    NothingChosen,
    PaidBeforeBatch,
    RowSettled,
)
from rewards.payments.models import BatchRow, PayeeAccount, PaymentBatch
from rewards.payments.selectors.batches import batch_lock, get_waiting_rows, waiting_rows
from rewards.payments.services.paid_accounts import Receiver, require_account, was_replaced
from rewards.payments.services.payments import (
    Made,
    close_if_paid,
    payable_report_lock,
    require_unbound,
    require_unpaid,
    write_payment,
)
from rewards.payments.services.telling import tell_of_failure, tell_of_order_from_before
from rewards.report.domain.errors import AwardsNotSealed
from rewards.report.models import FinanceReport
from rewards.report.selectors.sealed import require_sealed_awards

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from rewards.report.reports.sealed_results import SealedUnit

OF_UNIT = gettext_noop("{unit}: {why}")
"""Why an answer of the bank cannot be recorded, after the unit that it is about."""


@transaction.atomic
def batch_make(*, actor: "User", report_id: int, awards: Collection[str], now: datetime) -> PaymentBatch:
    """Put awards (public ids) of an accepted report into a batch, each with its sealed amount and account.

    All of them or none; awards of nothing are left out. Raises NothingChosen, AlreadyPaid, AwardInBatch,
    AccountMissing, AccountUnchecked, ReportDamaged, AwardsNotSealed, BoundToUnit.
    """
    report = payable_report_lock(actor, report_id, "pay")
    sealed = require_sealed_awards(report)
    chosen = list(
        Award.objects.select_for_update(of=("self",))
        .select_related("assessment__organization")
        .filter(public_id__in=awards, assessment__cycle=report.cycle_id, amount_yuan__gt=0)
        .order_by("assessment__organization__uscc")
    )
    if not chosen:
        raise NothingChosen
    require_unbound(actor, *chosen)
    for waiting in get_waiting_rows([award.pk for award in chosen]).values():
        unit = sealed[waiting.award.public_id]
        raise AwardInBatch(unit=Bilingual(unit.name_zh, unit.name_en), batch=waiting.batch.number)
    last = PaymentBatch.objects.filter(report=report).aggregate(last=Max("number"))["last"] or 0
    batch = PaymentBatch.objects.create(report=report, number=last + 1, made_at=now, made_by=actor)
    rows = [
        BatchRow(
            batch=batch,
            position=position,
            award=award,
            account=_require_payable(award),
            amount_yuan=sealed[award.public_id].amount_yuan,
        )
        for position, award in enumerate(chosen, start=1)
    ]
    BatchRow.objects.bulk_create(rows)
    told = [[row.award.public_id, row.account.public_id, str(row.amount_yuan)] for row in rows]
    details = {"report": report.public_id, "number": batch.number, "rows": told}
    record(actor=actor, action="batch.made", subject=batch, now=now, details=details)
    return batch


def _require_payable(award: Award) -> PayeeAccount:
    """Return the account to which an award, which is locked, can be paid now.

    Raises AlreadyPaid, AccountMissing, AccountUnchecked.
    """
    require_unpaid(award)
    return require_account(award.assessment.organization)


@transaction.atomic
def batch_settle(*, actor: "User", batch_id: int, answers: Sequence[BankRow], now: datetime) -> PaymentBatch:
    """Record what the bank answers of rows of a batch: a payment, or that it failed and why; units are told.

    All of the answers or none; rows that are not among them go on waiting. Raises AnswersStale when one is
    not for a row that waits, and BankSheetWrong with a problem for each that can't be recorded.
    """
    batch = batch_lock(batch_id)
    report = payable_report_lock(actor, batch.report_id, "pay")
    rows = {row.award.public_id: row for row in waiting_rows(batch)}
    if any(answer.award not in rows for answer in answers):
        raise AnswersStale
    sealed = require_unchanged(report, rows.values())
    problems = []
    for number, answer in enumerate(answers, start=1):
        try:
            with transaction.atomic():
                _settle(actor, rows[answer.award], answer, now)
        except DomainError as wrong:
            unit, why = sealed[answer.award], Sentence(wrong.message, wrong.params)
            params = {"unit": Bilingual(unit.name_zh, unit.name_en), "why": why}
            problems.append(Problem(wrong.code, OF_UNIT, params, field=str(number)))
    if problems:
        raise BankSheetWrong(problems=problems)
    made = sum(answer.paid for answer in answers)
    details = {
        "paid": made,
        "failed": len(answers) - made,
        "rows": [_tell(rows[answer.award]) for answer in answers],
    }
    record(actor=actor, action="batch.settled", subject=batch, now=now, details=details)
    close_if_paid(report, actor, now)
    return batch


def batch_check(*, actor: "User", batch_id: int, answers: Sequence[BankRow], now: datetime) -> None:
    """Raise what would refuse `batch_settle` of these answers; nothing is recorded."""
    with transaction.atomic():
        batch_settle(actor=actor, batch_id=batch_id, answers=answers, now=now)
        transaction.set_rollback(True)


def require_unchanged(report: FinanceReport, rows: Iterable[BatchRow]) -> "Mapping[str, SealedUnit]":
    """Return the sealed units by the public id of their award.

    Raises AwardsNotSealed if the amount of a row is not the sealed one, and what reading that raises.
    """
    sealed = require_sealed_awards(report)
    units = [(row.amount_yuan, sealed[row.award.public_id]) for row in rows]
    changed = [unit.name_zh for amount, unit in units if amount != unit.amount_yuan]
    if changed:
        raise AwardsNotSealed(units="、".join(changed))
    return sealed


def _settle(actor: "User", row: BatchRow, answer: BankRow, now: datetime) -> None:
    require_unbound(actor, row.award)
    if answer.paid:
        day = _day(answer, row.batch)
        made = Made(row.amount_yuan, Receiver(row.account), day, answer.voucher)
        row.payment = write_payment(actor, row.batch.report, row.award, made, now)
        row.save(update_fields=["payment"])
        if was_replaced(row.account, day):
            tell_of_order_from_before(row.award.assessment, now, row.account)
    else:
        _fail(row, answer.reason, now)
        tell_of_failure(row.award.assessment, now, amount=row.amount_yuan, reason=row.failed_reason)


def _day(answer: BankRow, batch: PaymentBatch) -> date:
    """Return the day of a payment that was made.

    Raises PaidBeforeBatch: the account of a row is the one that the unit kept when the batch was made.
    """
    assert answer.day is not None, "a payment that was made has a day"
    made_date = batch.made_at.astimezone(CITY_TIME).date()
    if answer.day < made_date:
        raise PaidBeforeBatch(batch=batch.number, date=made_date)
    return answer.day


def _fail(row: BatchRow, reason: str, now: datetime) -> None:
    row.failed_at, row.failed_reason = now, reason[:500]
    row.save(update_fields=["failed_at", "failed_reason"])


def _tell(row: BatchRow) -> list[str]:
    """Return what became of a row, for the journal: award, payment (public ids), and why there is none."""
    return [row.award.public_id, row.payment.public_id if row.payment else "", row.failed_reason]


@transaction.atomic
def batch_withdraw(*, actor: "User", batch_id: int, reason: str, now: datetime) -> PaymentBatch:
    """Take back the rows of a batch that still wait, with a reason; their awards can be paid otherwise.

    Raises RowSettled when every row has its outcome, BoundToUnit where one that waits is of the actor's unit.
    """
    batch = batch_lock(batch_id)
    payable_report_lock(actor, batch.report_id, "pay")
    reason = require_reason(reason, code=REASON_MISSING)
    rows = list(waiting_rows(batch))
    if not rows:
        raise RowSettled
    require_unbound(actor, *(row.award for row in rows))
    for row in rows:
        _fail(row, reason, now)
    details = {"reason": reason, "rows": list(map(_tell, rows))}
    record(actor=actor, action="batch.withdrawn", subject=batch, now=now, details=details)
    return batch
