"""Errors of answering reports and recording payments."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop


class AmountDiffers(DomainError):
    code = "reward.amount_differs"
    message = gettext_noop("The award is {award} yuan, not {amount}. What is paid must equal the award.")


class AlreadyPaid(DomainError):
    code = "reward.already_paid"
    kind: Kind = "conflict"
    message = gettext_noop("This award was paid on {date}. Nothing was recorded a second time.")


class PaidInFuture(DomainError):
    code = "reward.paid_in_future"
    message = gettext_noop("The date of payment lies in the future. Record a payment after it was made.")


class AccountMissing(DomainError):
    code = "reward.account_missing"
    message = gettext_noop("State the account that received the payment.")


class AwardNotInReport(DomainError):
    code = "reward.award_not_in_report"
    message = gettext_noop("This award does not belong to the report.")
