"""What devices report, how it is signed, and the refusals; pure (docs/devices.md)."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bookings.feeds.domain.webhooks import sign
from instrument_share.kernel.errors import Conflict, Invalid, Kind, gettext_noop

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the time of a signature may lie from the platform's."""
STARTS_AHEAD = timedelta(days=1)
"""How far ahead a booking is looked for whose user starts too early."""
SIGNATURE = re.compile(r"t=(\d{1,12}),v1=[0-9a-f]{64}", re.ASCII)


class EventKind(StrEnum):
    """What a device reports."""

    START = "start"
    STOP = "stop"
    HEARTBEAT = "heartbeat"
    FAULT = "fault"


class NoteKind(StrEnum):
    """What a note of the day is about."""

    NOTE = "note"
    INCIDENT = "incident"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    EventKind: {
        EventKind.START: gettext_noop("Use begun"),
        EventKind.STOP: gettext_noop("Use ended"),
        EventKind.HEARTBEAT: gettext_noop("Heartbeat"),
        EventKind.FAULT: gettext_noop("Fault"),
    },
    NoteKind: {
        NoteKind.NOTE: gettext_noop("Note"),
        NoteKind.INCIDENT: gettext_noop("Incident"),
    },
}


@dataclass(frozen=True)
class Event:
    """A report: `code` is what the user shows or types, `person` their public id; one names the user."""

    kind: EventKind
    at: datetime
    sequence: int | None = None
    code: str = ""
    person: str = ""
    detail: str = ""


class SignatureMissing(Invalid):
    """A message without the header that signs it."""

    code = "authentication.missing"
    kind: Kind = "unsigned"
    message = gettext_noop("The header {header} is missing. Sign the message with the device’s key.")


class NotSigned(Invalid):
    """A message that no key in force has signed."""

    code = "device.not_signed"
    kind: Kind = "forbidden"
    message = gettext_noop("The signature does not fit. Check the device’s number and key.")


class ClockWrong(Invalid):
    """A message whose signature is too old, or from the future."""

    code = "device.clock_wrong"
    kind: Kind = "forbidden"
    message = gettext_noop("The signature is not of now. Set the device’s clock; it is {now} here.")


class MessageTooLarge(Invalid):
    """A message that is longer than any event."""

    code = "device.message_too_large"
    message = gettext_noop("The message is too large: at most {most} bytes.")


class MessageUnreadable(Invalid):
    """A signed message that is no JSON."""

    code = "device.message_unreadable"
    message = gettext_noop("The message is not JSON in UTF-8.")


class SequenceGap(Conflict):
    """An event whose predecessor has not arrived."""

    code = "device.sequence_gap"
    message = gettext_noop("Event {expected} is expected next. Send what is missing first.")


class SequenceReused(Conflict):
    """Another event with a number that is taken."""

    code = "device.sequence_reused"
    message = gettext_noop("Another event with this number was received. Number new events from {expected}.")


class NoBooking(Conflict):
    """Nobody by this code or number has the instrument at that time."""

    code = "device.no_booking"
    message = gettext_noop("There is no approved booking of this person for now.")


class OutOfService(Conflict):
    """The instrument is suspended or retired, or its unit is suspended."""

    code = "device.out_of_service"
    message = gettext_noop("The instrument is out of service. Ask its keeper.")


class NothingRuns(Conflict):
    """A stop although nobody is checked in."""

    code = "device.nothing_runs"
    message = gettext_noop("Nobody is checked in, so no use was ended. The keepers are told.")


class KeyMissing(Conflict):
    """A key is revoked that is not in force."""

    code = "device.key_missing"
    message = gettext_noop("No key is in force that could be revoked. Reload the page.")


class NoteClosed(Conflict):
    """A note is closed twice."""

    code = "note.closed"
    message = gettext_noop("This note is closed already; nothing more needs to be done.")


def require_signed(secret: str, header: str, body: str, now: datetime) -> None:
    """Raise NotSigned unless the header signs the body with this secret, ClockWrong unless it does so now.

    The signature is made as that of webhooks: HMAC-SHA256 over the seconds, a dot and the body.
    """
    found = SIGNATURE.fullmatch(header)
    at = datetime.fromtimestamp(int(found[1]), UTC) if found and int(found[1]) < 2**32 else None
    if at is None or not hmac.compare_digest(sign(secret, at, body), header):
        raise NotSigned
    if abs(now - at) > CLOCK_TOLERANCE:
        raise ClockWrong(now=now)
