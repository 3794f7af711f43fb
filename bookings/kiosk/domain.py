"""What a kiosk shows and takes, and the refusals; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from instrument_share.kernel.errors import Conflict, Invalid, Kind, gettext_noop
from instrument_share.kernel.interval import Interval, merge, subtract

MOST_KIOSKS = 5
"""So many kiosks of an instrument are in force at a time."""
LONGEST_DELAY = timedelta(minutes=15)
"""So long after it happened a check-in is awaited; what comes later counts while its booking waits."""
GUESSES = 10
GUESSES_WITHIN = timedelta(minutes=5)
"""So many wrong codes a kiosk takes within so long."""
FAULTS = 10
FAULTS_WITHIN = timedelta(hours=1)
"""So many faults may be reported at a kiosk within so long."""


class ActKind(StrEnum):
    """What somebody does at a kiosk."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    FAULT = "fault"


class Condition(StrEnum):
    """How an instrument stands now."""

    FREE = "free"
    IN_USE = "in_use"
    RESERVED = "reserved"
    CLOSED = "closed"
    OUT_OF_SERVICE = "out_of_service"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    ActKind: {
        ActKind.CHECK_IN: gettext_noop("Check in"),
        ActKind.CHECK_OUT: gettext_noop("Check out"),
        ActKind.FAULT: gettext_noop("Report a fault"),
    },
    Condition: {
        Condition.FREE: gettext_noop("Free"),
        Condition.IN_USE: gettext_noop("In use"),
        Condition.RESERVED: gettext_noop("Reserved"),
        Condition.CLOSED: gettext_noop("Not open"),
        Condition.OUT_OF_SERVICE: gettext_noop("Out of service"),
    },
}


@dataclass(frozen=True)
class Act:
    """What somebody did at a kiosk; `key` is new for every act, and the same when it is sent again.

    `ends_at` and `samples` are of a check-out: when the use really ended (default: `at`) and how many samples
    there were. `text` says what is broken.
    """

    kind: ActKind
    key: str
    at: datetime
    code: str = ""
    text: str = ""
    ends_at: datetime | None = None
    samples: int | None = None

    def to_text(self) -> str:
        """Return what was asked for, whenever it is sent."""
        return repr((self.kind.value, self.code.upper(), self.text, self.ends_at, self.samples))


class KioskLocked(Invalid):
    """A key that opens no kiosk, or one that was ended."""

    code = "kiosk.locked"
    kind: Kind = "forbidden"
    message = gettext_noop("This kiosk has been ended. A keeper of the instrument can make a new one.")


class TooManyKiosks(Conflict):
    """One more kiosk than an instrument may have."""

    code = "kiosk.too_many"
    message = gettext_noop("An instrument has {most} kiosks at most. End one that is no longer used.")


class KioskEnded(Conflict):
    """A kiosk is ended twice."""

    code = "kiosk.ended"
    message = gettext_noop("This kiosk was ended already; nothing more needs to be done.")


class KeyReused(Conflict):
    """The key of an act that came with another act before."""

    code = "kiosk.key_reused"
    message = gettext_noop("Another act came with this key before. Reload the page.")


class TooManyGuesses(Conflict):
    """More wrong codes than a person mistypes."""

    code = "kiosk.too_many_guesses"
    message = gettext_noop("Too many wrong codes. Wait {minutes} minutes, or ask the keeper.")


class TooManyFaults(Conflict):
    """More faults than an instrument has."""

    code = "kiosk.too_many_faults"
    message = gettext_noop("Many faults were reported here within the hour. Call the keeper.")


class WrongCode(Conflict):
    """No booking of the instrument for now has this code."""

    code = "kiosk.wrong_code"
    message = gettext_noop(
        "No booking of this instrument for today has this code. Look it up on the page of your booking."
    )


class GivenBack(Conflict):
    """A check-in to a booking that was a no-show before."""

    code = "kiosk.given_back"
    message = gettext_noop(
        "Nobody had checked in, so the time of this booking was given back at {given_back}. Ask the keeper."
    )


class TooLate(Conflict):
    """An act that a line which was cut has delayed for too long."""

    code = "kiosk.too_late"
    message = gettext_noop(
        "This was {minutes} minutes ago or more, so it is not recorded. Ask the keeper to record the time."
    )


class EndedAlready(Conflict):
    """A check-out of a use that the keeper has ended."""

    code = "kiosk.ended_already"
    message = gettext_noop("This use was checked out already; nothing more needs to be done.")


class NotCheckedIn(Conflict):
    """A check-out of a booking whose user is not checked in."""

    code = "kiosk.not_checked_in"
    message = gettext_noop("This booking is not checked in, so it can’t be checked out. Ask the keeper.")


@dataclass(frozen=True)
class Situation:
    """How an instrument stands now, and until when; None where nothing is known to change soon."""

    condition: Condition
    until: datetime | None


def find_situation(
    now: datetime,
    *,
    windows: Iterable[Interval],
    closures: Iterable[Interval],
    holds: Iterable[Interval],
    horizon: datetime,
) -> Situation:
    """Return how an instrument in service stands that nobody is checked in on.

    `windows` and `closures` are those that overlap the time from now to `horizon`, `holds` with their
    turnaround. Free time ends where anybody else's time or the open window does. What is closed stays so
    until it opens, or at least until the closure ends where that is behind the horizon.
    """
    shut, held, opened = merge(closures), merge(holds), merge(windows)
    openings = [one.start for one in subtract(opened, shut) if one.start > now]
    if closure := _find_at(now, shut):
        known_end = closure.end if closure.end >= horizon else None
        return Situation(Condition.CLOSED, min(openings, default=known_end))
    if hold := _find_at(now, held):
        return Situation(Condition.RESERVED, hold.end)
    free = subtract(opened, [*shut, *held])
    if at_hand := _find_at(now, free):
        return Situation(Condition.FREE, at_hand.end if at_hand.end < horizon else None)
    return Situation(Condition.CLOSED, min(openings, default=None))


def _find_at(now: datetime, times: Iterable[Interval]) -> Interval | None:
    return next((one for one in times if one.start <= now < one.end), None)
