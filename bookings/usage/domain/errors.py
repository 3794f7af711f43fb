"""Errors of usage logs."""

from datetime import datetime

from instrument_share.kernel.errors import Conflict, DomainError, Kind, gettext_noop


class UsageRefused(DomainError):
    """A use, correction or confirmation that is invalid; `problems` lists everything."""

    code = "usage.refused"
    message = gettext_noop("This usage can't be recorded as it stands. Change what is listed and try again.")


class AmountUnread(Conflict):
    """A use by hand would be recorded otherwise than its page has shown; `params["use"]` is what would be."""

    code = "usage.amount_unread"
    message = gettext_noop("This records {hours} h effective and ¥{amount}. Check them, then send again.")


class SamePerson(DomainError):
    """The person who recorded it tries to confirm it."""

    code = "usage.same_person"
    kind: Kind = "forbidden"
    message = gettext_noop("A second person confirms what you recorded. Ask the user or a colleague.")


class OwnKey(DomainError):
    """Who made the key of the device or kiosk that recorded a use tries to confirm it."""

    code = "usage.own_key"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "You made the key of the device or kiosk that recorded this use. A colleague without that key "
        "confirms it."
    )


class AlreadyConfirmed(Conflict):
    """The log or correction has been confirmed before."""

    code = "usage.already_confirmed"
    message = gettext_noop("This is confirmed already; nothing more needs to be done.")


class CorrectedMeanwhile(Conflict):
    """The log counts otherwise than the person who confirms it, or a correction of it, has seen."""

    code = "usage.corrected_meanwhile"
    message = gettext_noop(
        "A correction has been confirmed since you read this: {hours} h effective and ¥{amount} count now. "
        "Check them, then confirm again."
    )


class NotConfirmedYet(Conflict):
    """A use is rated before its hours are confirmed."""

    code = "usage.not_confirmed"
    message = gettext_noop("A use can be rated once its hours are confirmed. Confirm them first.")


class AlreadyReviewed(Conflict):
    """The use has been rated before."""

    code = "usage.already_reviewed"
    message = gettext_noop("You have rated this use already; a rating is given once.")


class DisputeOpen(Conflict):
    """The log has a dispute that is not answered yet."""

    code = "usage.disputed"
    message = gettext_noop("A dispute about these hours is not answered yet. The unit answers it first.")


class DisputeTooLate(Conflict):
    """Hours are disputed after the time for it."""

    code = "usage.dispute_too_late"
    message = gettext_noop("These hours could be disputed until {deadline}. Ask the keeper for a correction.")


class AlreadyAnswered(Conflict):
    """A dispute or a rating has been answered before."""

    code = "usage.already_answered"
    message = gettext_noop("This has been answered already; an answer is given once.")


def require_unanswered(answered_at: datetime | None) -> None:
    """Raise AlreadyAnswered where a dispute or a rating was answered at an instant."""
    if answered_at is not None:
        raise AlreadyAnswered


class AlreadyWithdrawn(Conflict):
    """A correction is confirmed or withdrawn after it was withdrawn."""

    code = "usage.correction_withdrawn"
    message = gettext_noop("This correction was withdrawn. If it is still needed, propose another one.")


class ResultStated(Conflict):
    """The log names the same result already."""

    code = "result.stated"
    message = gettext_noop("This result has already been added; nothing more needs to be done.")


class ResultWithdrawn(Conflict):
    """The result has been withdrawn before."""

    code = "result.withdrawn"
    message = gettext_noop("This result has already been withdrawn; nothing more needs to be done.")


def require_not_withdrawn(withdrawal: object | None) -> None:
    """Raise ResultWithdrawn where a result has a withdrawal."""
    if withdrawal is not None:
        raise ResultWithdrawn


class HistoryRefused(Conflict):
    """A history import that contradicts itself or stored rows; nothing was written."""

    code = "usage.history_refused"
    message = gettext_noop("Nothing was imported. Correct the rows listed and import again.")
