"""What the steps of a cycle refuse, and how to mend it."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop


class PolicyVersionTaken(DomainError):
    code = "reward.policy_version_taken"
    kind: Kind = "conflict"
    message = gettext_noop(
        "Version {version} of “{policy}” is loaded already with other content. "
        "Give what you changed a new version."
    )


class CycleExists(DomainError):
    code = "reward.cycle_exists"
    kind: Kind = "conflict"
    message = gettext_noop("The assessment of {year} is open already, with another policy or budget.")


class YearNotOver(DomainError):
    code = "reward.year_not_over"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The year {year} is not over: hours still to come would never count. Freeze it from 1 January on."
    )


class BudgetInvalid(DomainError):
    code = "reward.budget_invalid"
    message = gettext_noop("The budget must be an amount of at least 0 yuan, in whole 分.")


class SnapshotDamaged(DomainError):
    code = "reward.snapshot_damaged"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The part “{part}” of the snapshot is not what was frozen; nothing was computed. "
        "Restore it from a backup."
    )


class FindingsOpen(DomainError):
    code = "reward.findings_open"
    kind: Kind = "conflict"
    message = gettext_noop("{count} findings are open. An auditor has to decide each of them first.")


class ScoresOutdated(DomainError):
    code = "reward.scores_outdated"
    kind: Kind = "conflict"
    message = gettext_noop(
        "A finding was decided after the scores were computed. Score the cycle again first."
    )


class NoticeRunning(DomainError):
    code = "reward.notice_running"
    kind: Kind = "conflict"
    message = gettext_noop("The public notice runs through {date}. Approve the results after that day.")


class ReasonMissing(DomainError):
    code = "reward.reason_missing"
    message = gettext_noop("State the reason; the unit and later readers will see it.")


class LogsNotOfFinding(DomainError):
    code = "reward.logs_not_of_finding"
    message = gettext_noop("These logs do not belong to the finding: {logs}. Choose among its own.")


class DismissedInvalidatesNothing(DomainError):
    code = "reward.dismissed_invalidates_nothing"
    message = gettext_noop("A dismissed finding invalidates no hours. Uphold it, or choose no logs.")


class AnswerMissing(DomainError):
    code = "reward.answer_missing"
    message = gettext_noop("Write what the unit has to say on this finding.")


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
