"""Errors of findings."""

from instrument_share.kernel.errors import Conflict, DomainError, RevisionMismatch, gettext_noop


class FindingsOpen(Conflict):
    """Findings have not been decided."""

    code = "reward.findings_open"
    message = gettext_noop("{count} findings are open. An auditor has to decide each of them first.")


class DecidedMeanwhile(RevisionMismatch):
    """Somebody decided on the finding since the actor read it."""

    code = "reward.decided_meanwhile"
    message = gettext_noop(
        "Somebody decided on this finding meanwhile (decision no. {number}). Read that decision, then decide "
        "again."
    )


class AnsweredMeanwhile(RevisionMismatch):
    """The unit answered since the actor read the finding."""

    code = "reward.answered_meanwhile"
    message = gettext_noop("The unit has answered since you read the finding. Read its answer, then decide.")


class AnsweredByAnother(RevisionMismatch):
    """The unit’s answer that would be replaced was sent since the actor read the finding."""

    code = "reward.answered_by_another"
    message = gettext_noop(
        "{name} answered for the unit at {time}, after you opened this page. Read that answer; sending yours "
        "again replaces it."
    )


class LogsNotOfFinding(DomainError):
    """Logs to invalidate that the finding does not name."""

    code = "reward.logs_not_of_finding"
    field = "logs"
    message = gettext_noop("These logs do not belong to the finding: {logs}. Choose among its own.")


class DismissedInvalidatesNothing(DomainError):
    """A dismissal that names logs to invalidate."""

    code = "reward.dismissed_invalidates_nothing"
    field = "logs"
    message = gettext_noop("A dismissed finding invalidates no hours. Uphold it, or choose no logs.")


class AnswerMissing(DomainError):
    """An empty answer."""

    code = "reward.answer_missing"
    field = "answer"
    message = gettext_noop("Enter the unit’s answer to this finding.")


class AnswerAwaited(Conflict):
    """The unit has not answered and still may."""

    code = "reward.answer_awaited"
    message = gettext_noop("The unit may answer through {due}. Decide when it has, or after that day.")


class FalsificationsOpen(Conflict):
    """Proposed falsifications have been neither confirmed nor rejected."""

    code = "reward.falsifications_open"
    message = gettext_noop(
        "{count} proposed falsifications are neither confirmed nor rejected. A second person has to decide "
        "each of them first."
    )


class FalsificationStands(Conflict):
    """The finding has a falsification that is proposed or confirmed."""

    code = "reward.falsification_stands"
    message = gettext_noop(
        "A falsification is proposed or confirmed with this finding. A second person has to reject it first."
    )


class FalsificationOfProposer(Conflict):
    """Who proposed a falsification may not decide on it."""

    code = "reward.falsification_of_proposer"
    message = gettext_noop("You proposed this falsification; another auditor or an officer decides on it.")


class FalsificationDecided(Conflict):
    """The falsification that the actor read is decided."""

    code = "reward.falsification_decided"
    message = gettext_noop(
        "{name} decided on this falsification at {time}. What you sent was not saved; read that decision."
    )


class FindingNotUpheld(Conflict):
    """A falsification can only be confirmed with an upheld finding."""

    code = "reward.finding_not_upheld"
    message = gettext_noop("The finding is not upheld. An auditor has to uphold it before the falsification.")
