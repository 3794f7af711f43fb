"""Payments of awards, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import standing
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, IllegalMove, require_reason
from instrument_share.kernel.states import next_state
from instrument_share.kernel.wording import Bilingual
from rewards.assessment.models import Award
from rewards.assessment.selectors import award_lock
from rewards.assessment.services.telling import tell_of_payment, tell_of_reversal
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.cycle.domain.states import MOVES, CycleState
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.payments.domain.errors import (
    AlreadyPaid,
    AmountDiffers,
    AwardInBatch,
    AwardNotInReport,
    BoundToUnit,
    PaidBeforeReport,
    PaidBeforeReturn,
    PaidInFuture,
    PaymentReversed,
    ReversedTooEarly,
)
from rewards.payments.models import Payment, Reversal
from rewards.payments.selectors.batches import get_waiting_rows
from rewards.payments.selectors.payments import get_payment_of_award, payment_lock, payments_in_force
from rewards.payments.services.paid_accounts import Named, Receiver, require_receiver
from rewards.payments.services.references import require_reference
from rewards.payments.services.telling import tell_of_replaced_account
from rewards.policy.selectors import require_decided_policy
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport
from rewards.report.selectors.reports import report_lock
from rewards.report.selectors.sealed import require_sealed_awards
from rewards.report.services.answers import require_uninvolved

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


@transaction.atomic
def payment_record(
    *,
    actor: "User",
    report_id: int,
    award_id: int,
    amount_yuan: Decimal,
    paid_date: date,
    voucher: str,
    now: datetime,
    shown_account: str | None = None,
    paid_account: str | None = None,
    account_reason: str = "",
) -> Payment:
    """Record the payment of a whole award under an accepted report, to the account that the unit kept then.

    What is paid is the sealed amount. `shown_account`, `paid_account` and `account_reason` are what `Named`
    says of the account. The cycle is paid when every award above 0 is. Raises AmountDiffers, AlreadyPaid,
    AwardInBatch, PaidInFuture, PaidBeforeReport, PaidBeforeReturn, VoucherMissing, VoucherUsed,
    AccountMissing, AccountUnchecked, AccountDiffers, AccountNotThen, AccountReplacedThen, ReportDamaged,
    AwardsNotSealed, BoundToUnit.
    """
    report, award = payable_report_lock(actor, report_id, "pay"), award_lock(award_id)
    if award.assessment.cycle_id != report.cycle_id:
        raise AwardNotInReport
    require_unbound(actor, award)
    sealed = require_sealed_awards(report)[award.public_id]
    sealed_yuan = sealed.amount_yuan
    require_unpaid(award)
    if amount_yuan != sealed_yuan or not sealed_yuan:
        raise AmountDiffers(award=f"{sealed_yuan:,.2f}", amount=f"{amount_yuan:,.2f}")
    waiting = get_waiting_rows([award.pk]).get(award.public_id)
    if waiting is not None:
        raise AwardInBatch(unit=Bilingual(sealed.name_zh, sealed.name_en), batch=waiting.batch.number)
    named = Named(shown_account, paid_account, account_reason)
    unit = award.assessment.organization
    receiver = require_receiver(unit, named, paid_date, get_sealed_date(report))
    payment = write_payment(actor, report, award, Made(sealed_yuan, receiver, paid_date, voucher), now)
    close_if_paid(report, actor, now)
    return payment


@dataclass(frozen=True)
class Made:
    """A payment that was made: the sealed amount, and where, when and with which voucher it went."""

    amount_yuan: Decimal
    receiver: Receiver
    day: date
    voucher: str


def payable_report_lock(actor: "User", report_id: int, move: str) -> FinanceReport:
    """Return the locked report if the actor may pay by it.

    Raises what `require_may_pay` raises.
    """
    report = report_lock(report_id)
    require_may_pay(actor, report, move)
    return report


def require_may_pay(actor: "Viewer", report: FinanceReport, move: str) -> None:
    """Raise Forbidden, TookPart, PolicyIsDraft or IllegalMove unless the actor may pay by the report."""
    require(actor, "rewards.record_payment", report)
    require_uninvolved(actor, report)
    require_decided_policy(report.cycle.policy)
    if report.state != ReportState.ACCEPTED:
        raise IllegalMove(state=f"report.{report.state}", move=move)


def may_pay(viewer: "Viewer", report: FinanceReport) -> bool:
    """Return whether the viewer may pay by the report."""
    try:
        require_may_pay(viewer, report, "pay")
    except DomainError:
        return False
    return True


def require_unbound(actor: "Viewer", *awards: Award) -> None:
    """Raise BoundToUnit for who belongs to the unit of one of the awards, or did not long ago."""
    own = standing(actor).bound_to
    for unit in (award.assessment.organization for award in awards):
        if unit.pk in own:
            raise BoundToUnit(unit=Bilingual(unit.name_zh, unit.name_en))


def require_unpaid(award: Award) -> None:
    """Raise AlreadyPaid where an award, which is locked, was paid."""
    unit, paid = award.assessment.organization, get_payment_of_award(award.pk)
    if paid is not None:
        raise AlreadyPaid(unit=Bilingual(unit.name_zh, unit.name_en), date=paid.paid_date)


def write_payment(actor: "User", report: FinanceReport, award: Award, made: Made, now: datetime) -> Payment:
    """Write a payment and tell the unit.

    Raises PaidBeforeReport, PaidInFuture, PaidBeforeReturn, VoucherMissing, VoucherUsed.
    """
    require_day(made.day, report, now)
    require_returned(made.day, Reversal.objects.filter(payment__award=award))
    account = made.receiver.account
    payment = Payment.objects.create(
        report=report,
        award=award,
        number=Payment.objects.filter(award=award).count() + 1,
        amount_yuan=made.amount_yuan,
        paid_date=made.day,
        voucher=require_reference(made.voucher),
        account=account.number,
        payee_account=account,
        recorded_at=now,
        recorded_by=actor,
    )
    details = {
        "award": award.public_id,
        "amount_yuan": str(payment.amount_yuan),
        "paid": payment.paid_date.isoformat(),
        "voucher": payment.voucher,
        "number": payment.number,
        "report": report.public_id,
        "account": account.public_id,
        **({"reason": made.receiver.reason} if made.receiver.reason else {}),
    }
    _record(actor, "payment.recorded", payment, now, details)
    tell_of_payment(award.assessment, now, day=payment.paid_date, amount=payment.amount_yuan)
    if made.receiver.reason:
        tell_of_replaced_account(award.assessment, now, made.receiver)
    return payment


def get_sealed_date(report: FinanceReport) -> date:
    """Return the day on which a report was sealed, the first on which it can have been paid."""
    return report.sealed_at.astimezone(CITY_TIME).date()


def get_earliest_date(report: FinanceReport, award: Award) -> date:
    """Return the first day on which an award can have been paid, or paid again."""
    returned = get_last_return(Reversal.objects.filter(payment__award=award))
    sealed = get_sealed_date(report)
    return max(sealed, returned) if returned else sealed


def require_day(day: date, report: FinanceReport, now: datetime) -> None:
    """Raise PaidBeforeReport or PaidInFuture for a day on which nothing can have been paid."""
    sealed_date = get_sealed_date(report)
    if day < sealed_date:
        raise PaidBeforeReport(date=sealed_date)
    if day > now.astimezone(CITY_TIME).date():
        raise PaidInFuture


def require_returned(day: date, reversals: QuerySet[Any]) -> None:
    """Raise PaidBeforeReturn for a day before the last of these (of what is paid again) came back."""
    last = get_last_return(reversals)
    if last is not None and day < last:
        raise PaidBeforeReturn(date=last)


def get_last_return(reversals: QuerySet[Any]) -> date | None:
    """Return the day on which the last of these payments or payouts came back, None where none did."""
    last: date | None = reversals.aggregate(last=Max("reversed_date"))["last"]
    return last


@transaction.atomic
def payment_reverse(
    *, actor: "User", payment_id: int, reversed_date: date, voucher: str, reason: str, now: datetime
) -> Reversal:
    """Record that the whole amount of a payment came back; the award waits for a payment again.

    Raises BoundToUnit, PaymentReversed, ReversedTooEarly, PaidInFuture, VoucherMissing, VoucherUsed.
    """
    payment = payment_lock(payment_id)
    report = payable_report_lock(actor, payment.report_id, "reverse")
    require_unbound(actor, payment.award)
    reason = require_reason(reason, code=REASON_MISSING)
    earlier = Reversal.objects.filter(payment=payment).first()
    if earlier is not None:
        raise PaymentReversed(date=earlier.reversed_date)
    if reversed_date < payment.paid_date:
        raise ReversedTooEarly(date=payment.paid_date)
    require_day(reversed_date, report, now)
    reversal = Reversal.objects.create(
        payment=payment,
        reversed_date=reversed_date,
        voucher=require_reference(voucher),
        reason=reason,
        recorded_at=now,
        recorded_by=actor,
    )
    details = {
        "reversal": reversal.public_id,
        "reason": reason,
        "voucher": reversal.voucher,
        "reversed": reversed_date.isoformat(),
    }
    _record(actor, "payment.reversed", payment, now, details)
    tell_of_reversal(
        payment.award.assessment, now, day=reversed_date, amount=payment.amount_yuan, reason=reason
    )
    _reopen(report, actor, now)
    return reversal


def close_if_paid(report: FinanceReport, actor: "User", now: datetime) -> None:
    """Mark the cycle as paid if no award is left to pay."""
    paid = payments_in_force().filter(award=OuterRef("pk"))
    waiting = Award.objects.filter(assessment__cycle=report.cycle_id, amount_yuan__gt=0).filter(~Exists(paid))
    if not waiting.exists():
        _move(report, "pay", "cycle.paid", actor, now)


def _reopen(report: FinanceReport, actor: "User", now: datetime) -> None:
    if cycle_lock(report.cycle_id).state == CycleState.PAID:
        _move(report, "reverse", "cycle.unpaid", actor, now)


def _move(report: FinanceReport, move: str, action: str, actor: "User", now: datetime) -> None:
    cycle = cycle_lock(report.cycle_id)
    cycle.state = next_state(MOVES, cycle.state, move, kind="cycle")
    cycle.save(update_fields=["state"])
    record(actor=actor, action=action, subject=cycle, now=now)


def _record(actor: "User", action: str, payment: Payment, now: datetime, details: Mapping[str, Any]) -> None:
    unit = payment.award.assessment.organization_id
    record(actor=actor, action=action, subject=payment, now=now, organization_id=unit, details=details)
