"""Errors of statements and their payments."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop

DISPUTE_REASON_MISSING = "statement.dispute_reason_missing"
ANSWER_MISSING = "statement.answer_missing"
REVERSAL_REASON_MISSING = "statement.reversal_reason_missing"
WAIVER_REASON_MISSING = "booking.waiver_reason_missing"


class MonthNotOver(DomainError):
    """A month whose statements are asked for before it has ended."""

    code = "statement.month_not_over"
    message = gettext_noop(
        "This month is not over. Its statements can be drafted from the first of the next."
    )


class TotalsChanged(Conflict):
    """Drafts that are not those, or not of the amounts or the account, that the sender was shown."""

    code = "statement.totals_changed"
    message = gettext_noop(
        "The drafts, their amounts or the account have changed. Check them, then send them again."
    )


class NothingToSend(Conflict):
    """A draft whose charges were all taken back or waived."""

    code = "statement.nothing_to_send"
    message = gettext_noop("Nothing stands on this draft any more, so there is nothing to send.")


class NothingToWaive(Conflict):
    """A booking that costs nothing, or whose charge was waived already, or given back in part."""

    code = "booking.nothing_to_waive"
    message = gettext_noop("This booking has no charge that can still be waived.")


class PaymentExceeds(DomainError):
    """A payment of nothing, of more than what is owed, or in the wrong direction."""

    code = "statement.payment_exceeds"
    field = "amount_yuan"
    message = gettext_noop(
        "¥{owed} is outstanding, so ¥{amount} can't be recorded. Enter that amount or a part of it."
    )


class NothingOwed(Conflict):
    """A payment of a statement over nothing."""

    code = "statement.nothing_owed"
    message = gettext_noop(
        "Nothing is outstanding, so there is no payment to record. The statement is settled once its payer "
        "confirms it."
    )


class PaidInFuture(DomainError):
    """A date of a payment that lies in the future."""

    code = "statement.paid_in_future"
    field = "paid_date"
    message = gettext_noop("This date lies in the future. Record a payment after it was made.")


class InvoicedInFuture(DomainError):
    """A date of an invoice that lies in the future."""

    code = "statement.invoice_in_future"
    field = "invoice_date"
    message = gettext_noop("The date of the invoice lies in the future.")


class PaperMissing(DomainError):
    """A payment without the number of its invoice or of the bank's voucher."""

    code = "statement.paper_missing"
    message = gettext_noop("Enter the invoice number and the bank’s voucher number.")


class PaymentReversed(Conflict):
    """A payment that was taken back already."""

    code = "statement.payment_reversed"
    message = gettext_noop("This payment has been reversed already. Nothing was recorded a second time.")


class VoucherRecorded(Conflict):
    """A voucher of the bank that is recorded with this statement already."""

    code = "statement.voucher_recorded"
    message = gettext_noop(
        "A payment with the voucher {voucher} is recorded already. Nothing was recorded a second time."
    )
