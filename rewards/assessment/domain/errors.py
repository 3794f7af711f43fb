"""Errors of scores, their policy, the public notice and the approval of results."""

from instrument_share.kernel.errors import Conflict, DomainError, RevisionMismatch, gettext_noop


class ScoresOutdated(Conflict):
    """A finding was decided after the scores were computed."""

    code = "reward.scores_outdated"
    message = gettext_noop(
        "A finding was decided after the scores were computed. Score the cycle again first."
    )


class ScoredMeanwhile(RevisionMismatch):
    """The results were computed anew since the officer read them."""

    code = "reward.scored_meanwhile"
    message = gettext_noop(
        "The units were scored again since this page was opened. Read the new results, then begin again."
    )


class NoticeRunning(Conflict):
    """The public notice has not ended."""

    code = "reward.notice_running"
    message = gettext_noop("The public notice runs through {date}. Approve the results after that day.")


class NoticeContactMissing(DomainError):
    """The notice names nobody to object to."""

    code = "reward.notice_contact_missing"
    message = gettext_noop("A public notice names a person, a telephone and an address. Enter all three.")


class PolicyDecided(Conflict):
    """The year's policy is decided; only a draft is replaced."""

    code = "reward.policy_decided"
    message = gettext_noop("{year} is under “{policy}”, which is decided. Only a draft can be replaced.")


class PolicyReplaced(Conflict):
    """The year was put under another policy while its scores were computed."""

    code = "reward.policy_replaced"
    message = gettext_noop(
        "{year} was put under another policy while the scores were computed. Score the units again."
    )


class FactsNotFrozen(Conflict):
    """The frozen data lack facts that a policy asks for."""

    code = "reward.facts_not_frozen"
    message = gettext_noop(
        "“{policy}” asks for declared facts that the frozen data of {year} do not hold. What is confirmed "
        "after the freeze does not count."
    )


class OtherYearNotFrozen(Conflict):
    """The frozen data do not say which instruments another year rewards for their value."""

    code = "reward.other_year_not_frozen"
    message = gettext_noop(
        "“{policy}” rewards an instrument for its value once, and so does {other}, of whose awards the "
        "frozen data of {year} know nothing. Choose a policy without that rule."
    )
