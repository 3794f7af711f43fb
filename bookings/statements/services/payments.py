"""Payments of statements, as the unit finds them on its account."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.statements.domain.billing import is_payable, require_owed
from bookings.statements.domain.errors import (
    REVERSAL_REASON_MISSING,
    InvoicedInFuture,
    PaidInFuture,
    PaperMissing,
    PaymentExceeds,
    PaymentReversed,
    VoucherRecorded,
)
from bookings.statements.domain.states import get_next_state
from bookings.statements.models import Statement, StatementPayment, StatementReversal
from bookings.statements.selectors.statements import statement_lock, sum_payments
from bookings.statements.services import notifications
from bookings.statements.services.statements import statement_reopen, statement_settle
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found, require_reason
from instrument_share.kernel.names import plain_code

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def statement_payment_record(
    *,
    actor: "User",
    statement_id: int,
    amount_yuan: Decimal,
    paid_date: date,
    voucher: str,
    invoice_number: str,
    invoice_date: date,
    now: datetime,
) -> StatementPayment:
    """Record a payment of a statement or of a part of it; what pays the rest settles it.

    Recorded neither by the payer nor by who answers for the payer, though they manage the unit.
    Raises IllegalMove, VoucherRecorded, NothingOwed, PaymentExceeds, PaidInFuture,
    InvoicedInFuture, PaperMissing.
    """
    statement = statement_lock(statement_id)
    require(actor, "bookings.collect_statement", statement)
    paper, invoice = plain_code(voucher), plain_code(invoice_number)
    earlier = _get_reversed(statement, paper)
    get_next_state(statement.state, "pay")
    owed = statement.total_yuan - sum_payments(statement)
    require_owed(owed)
    if not is_payable(amount_yuan, owed):
        raise PaymentExceeds(owed=f"{owed:,.2f}", amount=f"{amount_yuan:,.2f}")
    today = now.astimezone(CITY_TIME).date()
    if paid_date > today:
        raise PaidInFuture
    if invoice_date > today:
        raise InvoicedInFuture
    if not (paper and invoice):
        raise PaperMissing
    payment = StatementPayment.objects.create(
        statement=statement,
        amount_yuan=amount_yuan,
        paid_date=paid_date,
        voucher=paper,
        invoice_number=invoice,
        invoice_date=invoice_date,
        replaces=earlier,
        recorded_at=now,
        recorded_by=actor,
    )
    record(
        actor=actor,
        action="statement.paid",
        subject=statement,
        now=now,
        organization_id=statement.organization_id,
        details={
            "payment": payment.public_id,
            "amount_yuan": f"{amount_yuan:.2f}",
            "paid": paid_date.isoformat(),
            "voucher": paper,
            "invoice": invoice,
            "invoiced": invoice_date.isoformat(),
        },
    )
    if amount_yuan == owed:
        statement_settle(statement, actor=actor, now=now)
    notifications.notify_payer(statement, notifications.PAID, now, paid=amount_yuan)
    return payment


def _get_reversed(statement: Statement, voucher: str) -> StatementPayment | None:
    """Return the payment that was last recorded with the voucher and taken back, if there is one.

    Raises VoucherRecorded where it counts.
    """
    last = statement.payments.filter(voucher=voucher, replacement__isnull=True).first()
    if last is not None and not hasattr(last, "reversal"):
        raise VoucherRecorded(voucher=voucher)
    return last


@transaction.atomic
def statement_payment_reverse(
    *, actor: "User", payment_id: int, reason: str, now: datetime
) -> StatementReversal:
    """Take back a payment that was recorded by mistake; a settled statement is open again.

    Its voucher can then be recorded as it is. Raises ReasonMissing, PaymentReversed.
    """
    payment = require_found(StatementPayment.objects.filter(pk=payment_id).first())
    statement = statement_lock(payment.statement_id)
    require(actor, "bookings.collect_statement", statement)
    text = require_reason(reason, code=REVERSAL_REASON_MISSING)
    if StatementReversal.objects.filter(payment=payment).exists():
        raise PaymentReversed
    statement_reopen(statement)
    reversal = StatementReversal.objects.create(
        payment=payment, reason=text, recorded_at=now, recorded_by=actor
    )
    record(
        actor=actor,
        action="statement.payment_reversed",
        subject=statement,
        now=now,
        organization_id=statement.organization_id,
        details={
            "payment": payment.public_id,
            "amount_yuan": f"{payment.amount_yuan:.2f}",
            "voucher": payment.voucher,
            "reason": text,
        },
    )
    notifications.notify_payer(statement, notifications.REVERSED, now, paid=payment.amount_yuan, reason=text)
    return reversal
