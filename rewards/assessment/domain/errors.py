"""Errors of the public notice and the approval of results."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class ScoresOutdated(Conflict):
    """A finding was decided after the scores were computed."""

    code = "reward.scores_outdated"
    message = gettext_noop(
        "A finding was decided after the scores were computed. Score the cycle again first."
    )


class NoticeRunning(Conflict):
    """The public notice has not ended."""

    code = "reward.notice_running"
    message = gettext_noop("The public notice runs through {date}. Approve the results after that day.")


class NoticeContactMissing(DomainError):
    """The notice names nobody to object to."""

    code = "reward.notice_contact_missing"
    message = gettext_noop("A public notice names a person, a telephone and an address. Enter all three.")
