"""Errors of receiving accounts, payments and batches."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class AmountDiffers(DomainError):
    """The paid amount differs from the award."""

    code = "reward.amount_differs"
    message = gettext_noop("The award is ¥{award}, not ¥{amount}. What is paid must equal the award.")


class BoundToUnit(Conflict):
    """Who belongs to a unit, or did not long ago, wants to record what is paid to it, or came back."""

    code = "reward.bound_to_unit"
    message = gettext_noop(
        "You belong to {unit}, or did within the last three years; somebody else of the Finance Bureau "
        "records its payments."
    )


class AlreadyPaid(Conflict):
    """The award was paid before."""

    code = "reward.already_paid"
    message = gettext_noop("The award of {unit} was paid on {date}. Nothing was recorded a second time.")


class PaidInFuture(DomainError):
    """The date of payment is in the future."""

    code = "reward.paid_in_future"
    field = "paid_date"
    message = gettext_noop("The date of payment lies in the future. Record a payment after it was made.")


class PaidBeforeReport(DomainError):
    """The date of payment lies before the report."""

    code = "reward.paid_before_report"
    field = "paid_date"
    message = gettext_noop("The report was sealed on {date}; nothing can have been paid before.")


class PaidBeforeBatch(DomainError):
    """The bank's date of a payment lies before the batch that ordered it."""

    code = "reward.paid_before_batch"
    field = "paid_date"
    message = gettext_noop(
        "Batch {batch} was made on {date}; nothing of it can have been paid before. Correct the date in the "
        "bank’s answer."
    )


class PaidBeforeReturn(DomainError):
    """The date of a payment lies before the one before it came back."""

    code = "reward.paid_before_return"
    field = "paid_date"
    message = gettext_noop("What was paid before came back on {date}; it can't have been paid again earlier.")


class VoucherMissing(DomainError):
    """A payment without the number of its voucher."""

    code = "reward.voucher_missing"
    field = "voucher"
    message = gettext_noop("Enter the payment voucher number.")


class VoucherUsed(Conflict):
    """The number of a transfer stands on another already, of an award or a payout."""

    code = "reward.voucher_used"
    field = "voucher"
    message = gettext_noop("The number {voucher} is recorded with another transfer. Check it.")


class AwardNotInReport(DomainError):
    """The award does not belong to the report."""

    code = "reward.award_not_in_report"
    message = gettext_noop("This award does not belong to the report.")


class AwardInBatch(Conflict):
    """An award waits in a batch."""

    code = "reward.award_in_batch"
    message = gettext_noop(
        "The award of {unit} waits in batch {batch}. Record what the bank answers there, or withdraw it."
    )


class NothingChosen(DomainError):
    """A batch of no award."""

    code = "reward.batch_empty"
    message = gettext_noop("Choose the units that are to be paid.")


class AccountMissing(Conflict):
    """A unit has not named its receiving account."""

    code = "reward.account_missing"
    message = gettext_noop("{unit} has not named a receiving account. Ask its manager to enter one.")


class AccountUnchecked(Conflict):
    """Nobody but who entered it has checked the receiving account."""

    code = "reward.account_unchecked"
    message = gettext_noop("The receiving account of {unit} waits for a check by a second person.")


class AccountDiffers(Conflict):
    """The account is no longer the one that was shown to who records a payment."""

    code = "reward.account_differs"
    message = gettext_noop(
        "{unit} keeps another account than the one that you were shown. Compare the bank’s advice with it, "
        "then record the payment."
    )


class AccountNotThen(DomainError):
    """The account was not the unit's on the day of the payment."""

    code = "reward.account_not_then"
    field = "paid_account"
    message = gettext_noop(
        "On {date} this was not the account of {unit}. Choose the one that received the payment, "
        "or check the date."
    )


class AccountReplacedThen(DomainError):
    """The account had been replaced when it was paid, and nobody says why it was."""

    code = "reward.account_replaced_then"
    field = "account_reason"
    message = gettext_noop(
        "{unit} replaced this account on {date}. State why the payment went to it, or check account and date."
    )


class AccountCheckedBySame(Conflict):
    """Who entered an account wants to check it."""

    code = "reward.account_same_person"
    message = gettext_noop("You entered this account; another person has to check it.")


class AccountReplaced(Conflict):
    """Another account was entered meanwhile."""

    code = "reward.account_replaced"
    message = gettext_noop("Another account was entered since. Check that one.")


class PaymentReversed(Conflict):
    """A payment was reversed before."""

    code = "reward.payment_reversed"
    message = gettext_noop("This payment was reversed on {date}. Nothing was recorded a second time.")


class ReversedTooEarly(DomainError):
    """A reversal that lies before its payment."""

    code = "reward.reversed_too_early"
    field = "reversed_date"
    message = gettext_noop("The payment was made on {date}; it can't have come back before.")


class RowSettled(Conflict):
    """A row of a batch has its outcome."""

    code = "reward.batch_settled"
    message = gettext_noop("Every row of this batch has its outcome. There is nothing to withdraw.")


class BankSheetWrong(DomainError):
    """Rows of the bank's sheet that can't be recorded; `problems` names each."""

    code = "reward.bank_sheet"
    message = gettext_noop(
        "Nothing was recorded. Correct these rows of the bank’s sheet and upload it again."
    )


class AnswersStale(Conflict):
    """Answers of the bank for rows that do not wait any more."""

    code = "reward.bank_answers_stale"
    message = gettext_noop("The batch has changed since the sheet was read. Upload the sheet again.")
