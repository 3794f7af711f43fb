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


class PaidBeforeReport(DomainError):
    """The date of payment lies before the report."""

    code = "reward.paid_before_report"
    message = gettext_noop("The report was sealed on {date}; nothing can have been paid before.")


class ReportDamaged(Conflict):
    """The stored package is missing or has changed."""

    code = "reward.report_damaged"
    message = gettext_noop(
        "The stored package of the report is not the one that was sent. Nothing was done; restore it from a "
        "backup."
    )


class AwardsNotSealed(Conflict):
    """Live awards are not the sealed ones."""

    code = "reward.awards_not_sealed"
    message = gettext_noop(
        "The awards that the platform holds are not the sealed ones ({units}). Nothing was done; have the "
        "administrator run verify_cycle and find out what changed them."
    )


class ResultsNotComputed(Conflict):
    """Stored results are not what snapshot, policy and decisions give."""

    code = "reward.results_not_computed"
    message = gettext_noop(
        "{count} stored figures are not what snapshot, policy and decisions give; the first is {first}. "
        "Nothing was sealed; have the administrator run verify_cycle and find out what changed them."
    )
