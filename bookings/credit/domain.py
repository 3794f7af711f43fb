"""Misuse and appeals: how an event stands, until when a unit answers, and what is refused."""

from datetime import date, timedelta
from enum import StrEnum

from instrument_share.kernel.errors import Conflict, gettext_noop

REASON_MISSING = "credit.reason_missing"


class CreditState(StrEnum):
    """How a credit event stands."""

    COUNTS = "counts"
    OVER = "over"
    LIFTED = "lifted"


class NotUsed(Conflict):
    """The booking was not used, or its use has not ended."""

    code = "credit.not_used"
    message = gettext_noop("Misuse is recorded of a booking that was used, after check-out.")


class MisuseRecorded(Conflict):
    """Misuse of the booking, or of what was booked with it, has been recorded before."""

    code = "credit.misuse_recorded"
    message = gettext_noop("Misuse of this booking has been recorded already; it counts once.")


class MisuseTooLate(Conflict):
    """The time for recording misuse has passed."""

    code = "credit.misuse_too_late"
    message = gettext_noop("Misuse of this booking could be recorded until {deadline}.")


class AlreadyAppealed(Conflict):
    """The event has been appealed before."""

    code = "credit.already_appealed"
    message = gettext_noop("You have appealed this event already; an appeal is made once.")


class AppealTooLate(Conflict):
    """The time for an appeal has passed."""

    code = "credit.appeal_too_late"
    message = gettext_noop("This event could be appealed until {deadline}. Ask the unit about it.")


class TakenBack(Conflict):
    """A no-show that was taken back, as its person had come in time."""

    code = "credit.taken_back"
    message = gettext_noop("This no-show was taken back and counts no longer. There is nothing to appeal.")


class AppealAnswered(Conflict):
    """The appeal has been answered before."""

    code = "credit.appeal_answered"
    message = gettext_noop("This appeal has been answered already; an answer is given once.")


def add_weekdays(day: date, number: int) -> date:
    """Return the `number`-th day from Monday to Friday after `day`, which does not count."""
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day
