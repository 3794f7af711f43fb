"""Errors of reports and payments."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class AmountDiffers(DomainError):
    """The paid amount differs from the award."""

    code = "reward.amount_differs"
    message = gettext_noop("The award is {award} yuan, not {amount}. What is paid must equal the award.")


class AlreadyPaid(Conflict):
    """The award was paid before."""

    code = "reward.already_paid"
    message = gettext_noop("This award was paid on {date}. Nothing was recorded a second time.")


class PaidInFuture(DomainError):
    """The date of payment is in the future."""

    code = "reward.paid_in_future"
    message = gettext_noop("The date of payment lies in the future. Record a payment after it was made.")


class AccountMissing(DomainError):
    """The receiving account is missing."""

    code = "reward.account_missing"
    message = gettext_noop("State the account that received the payment.")


class AwardNotInReport(DomainError):
    """The award does not belong to the report."""

    code = "reward.award_not_in_report"
    message = gettext_noop("This award does not belong to the report.")
