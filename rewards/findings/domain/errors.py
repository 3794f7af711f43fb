"""Errors of findings."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class FindingsOpen(Conflict):
    """Findings have not been decided."""

    code = "reward.findings_open"
    message = gettext_noop("{count} findings are open. An auditor has to decide each of them first.")


class LogsNotOfFinding(DomainError):
    """Logs to invalidate that the finding does not name."""

    code = "reward.logs_not_of_finding"
    message = gettext_noop("These logs do not belong to the finding: {logs}. Choose among its own.")


class DismissedInvalidatesNothing(DomainError):
    """A dismissal that names logs to invalidate."""

    code = "reward.dismissed_invalidates_nothing"
    message = gettext_noop("A dismissed finding invalidates no hours. Uphold it, or choose no logs.")


class AnswerMissing(DomainError):
    """An empty answer."""

    code = "reward.answer_missing"
    message = gettext_noop("Write what the unit has to say on this finding.")
