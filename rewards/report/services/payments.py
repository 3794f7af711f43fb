"""Answers of the Finance Bureau to reports, and its payments."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import people_with_role
from instrument_share.journal.services import notify, record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import IllegalMove, gettext_noop, require_reason
from instrument_share.kernel.states import next_state
from rewards.assessment.models import Award
from rewards.assessment.selectors import award_lock
from rewards.assessment.services.telling import tell_of_payment
from rewards.cycle.domain.errors import REASON_MISSING, TookPart
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.policy.selectors import require_decided_policy
from rewards.report.domain.errors import (
    AccountMissing,
    AlreadyPaid,
    AmountDiffers,
    AwardNotInReport,
    PaidBeforeReport,
    PaidInFuture,
)
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport, Payment
from rewards.report.selectors.reports import report_lock
from rewards.report.selectors.sealed import require_sealed_awards

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def report_accept(*, actor: "User", report_id: int, now: datetime, note: str = "") -> FinanceReport:
    """Accept the report for Finance, which can record payments from then on.

    Raises ReportDamaged, AwardsNotSealed.
    """
    report = _answerable(actor, report_id, "accept")
    require_sealed_awards(report)
    _answer(report, ReportState.ACCEPTED, actor, now, note.strip())
    _close_if_paid(report, actor, now)
    return report


@transaction.atomic
def report_return(*, actor: "User", report_id: int, reason: str, now: datetime) -> FinanceReport:
    """Return the report with a reason; the cycle is approved again, for a new report."""
    report = _answerable(actor, report_id, "return")
    reason = require_reason(reason, code=REASON_MISSING)
    cycle = cycle_lock(report.cycle_id)
    cycle.state = next_state(MOVES, cycle.state, "return")
    cycle.save(update_fields=["state"])
    _answer(report, ReportState.RETURNED, actor, now, reason)
    return report


@transaction.atomic
def payment_record(
    *,
    actor: "User",
    report_id: int,
    award_id: int,
    amount_yuan: Decimal,
    paid_date: date,
    account: str,
    now: datetime,
) -> Payment:
    """Record the payment of a whole award under an accepted report.

    What is paid is the sealed amount. The cycle is paid when every award above 0 is. Raises AmountDiffers,
    AlreadyPaid, PaidInFuture, PaidBeforeReport, ReportDamaged, AwardsNotSealed, TookPart, PolicyIsDraft.
    """
    report, award = report_lock(report_id), award_lock(award_id)
    require(actor, "rewards.record_payment", report)
    require_uninvolved(actor, report)
    require_decided_policy(report.cycle.policy)
    if report.state != ReportState.ACCEPTED:
        raise IllegalMove(state=report.state, move="pay")
    _require_payable(report, award, amount_yuan, paid_date, account, now)
    payment = Payment.objects.create(
        report=report,
        award=award,
        amount_yuan=amount_yuan,
        paid_date=paid_date,
        account=account.strip(),
        recorded_at=now,
        recorded_by=actor,
    )
    record(
        actor=actor,
        action="payment.recorded",
        subject=payment,
        now=now,
        organization_id=award.assessment.organization_id,
        details={"award": award.public_id, "amount_yuan": str(amount_yuan), "paid": paid_date.isoformat()},
    )
    tell_of_payment(award.assessment, now, day=paid_date, amount=amount_yuan)
    _close_if_paid(report, actor, now)
    return payment


def _require_payable(
    report: FinanceReport, award: Award, amount_yuan: Decimal, paid_date: date, account: str, now: datetime
) -> None:
    if award.assessment.cycle_id != report.cycle_id:
        raise AwardNotInReport
    paid = Payment.objects.filter(award=award).first()
    if paid is not None:
        raise AlreadyPaid(date=paid.paid_date.isoformat())
    sealed = require_sealed_awards(report)[award.public_id].amount_yuan
    if amount_yuan != sealed or not sealed:
        raise AmountDiffers(award=str(sealed), amount=str(amount_yuan))
    sealed_date = report.sealed_at.astimezone(CITY_TIME).date()
    if paid_date < sealed_date:
        raise PaidBeforeReport(date=sealed_date.isoformat())
    if paid_date > now.astimezone(CITY_TIME).date():
        raise PaidInFuture
    if not account.strip():
        raise AccountMissing


def require_uninvolved(actor: "User", report: FinanceReport) -> None:
    """Raise TookPart for who announced, approved or sent what Finance answers and pays."""
    if actor.pk in (report.cycle.announced_by_id, report.cycle.approved_by_id, report.sent_by_id):
        raise TookPart(year=report.cycle.year)


def _answerable(actor: "User", report_id: int, move: str) -> FinanceReport:
    report = report_lock(report_id)
    require(actor, "rewards.answer_report", report)
    require_uninvolved(actor, report)
    if report.state != ReportState.SENT:
        raise IllegalMove(state=report.state, move=move)
    return report


def _answer(report: FinanceReport, state: ReportState, actor: "User", now: datetime, note: str) -> None:
    report.state = state.value
    report.answered_at, report.answered_by, report.answer_note = now, actor, note
    report.save(update_fields=["state", "answered_at", "answered_by", "answer_note"])
    record(actor=actor, action=f"report.{state}", subject=report, now=now, details={"note": note})
    messages = {
        ReportState.ACCEPTED: gettext_noop("The Finance Bureau accepted the report of {year}."),
        ReportState.RETURNED: gettext_noop("The Finance Bureau returned the report of {year}: {note}"),
    }
    notify(
        users=people_with_role(Role.BUREAU_OFFICER),
        message=messages[state],
        params={"year": report.cycle.year, "note": note},
        now=now,
    )


def _close_if_paid(report: FinanceReport, actor: "User", now: datetime) -> None:
    """Mark the cycle as paid if no award is left to pay."""
    paid = Payment.objects.filter(award=OuterRef("pk"))
    waiting = Award.objects.filter(assessment__cycle=report.cycle_id, amount_yuan__gt=0).filter(~Exists(paid))
    if waiting.exists():
        return
    cycle: AssessmentCycle = cycle_lock(report.cycle_id)
    cycle.state = next_state(MOVES, cycle.state, "pay")
    cycle.save(update_fields=["state"])
    record(actor=actor, action="cycle.paid", subject=cycle, now=now)
