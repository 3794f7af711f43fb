"""Errors of announcing and approving results."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop


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
