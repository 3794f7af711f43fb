"""What webhooks are told, how messages are signed, and when a webhook is given up; pure."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from instrument_share.kernel.errors import Conflict, Invalid, gettext_noop

TEST = "webhook.test"


class WebhookSide(StrEnum):
    """On which side of a use an organization stands that is told of it."""

    UNIT = "unit"
    PAYER = "payer"


ACTIONS = (
    "booking.requested",
    "booking.offer_accepted",
    "booking.planned",
    "booking.approved",
    "booking.rejected",
    "booking.cancelled",
    "booking.lapsed",
    "booking.moved",
    "booking.moved_for_decision",
    "booking.agreed",
    "booking.handed_over",
    "booking.charged_again",
    "booking.charge_taken_back",
    "booking.charge_waived",
    "booking.extended",
    "booking.no_show",
    "booking.checked_in",
    "booking.checked_out",
    "usage.recorded",
    "usage.corrected",
    "usage.correction_withdrawn",
    "usage.confirmed",
    "usage.disputed",
    "usage.dispute_answered",
    "statement.sent",
    "statement.confirmed",
    "statement.disputed",
    "statement.answered",
    "statement.due_anew",
    "statement.paid",
    "statement.payment_reversed",
    "statement.settled",
    "statement.reminded",
)
"""The acts of the journal that a webhook may be told."""
MOST_WEBHOOKS = 10
DISABLED_AFTER = timedelta(days=3)
ATTEMPTS = 150
"""With the delays about a day."""
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(minutes=10)
SIGNATURE = "X-Instrument-Share-Signature"


class AddressRefused(Invalid):
    code = "webhook.address_refused"
    field = "address"
    message = gettext_noop(
        "Give an address that begins with https://, names no port but 443, and is reached from the internet."
    )


NO_ANSWER = {
    "CallRefused": AddressRefused.message,
    "gaierror": gettext_noop("The name of the server was not found. Check the address of the webhook."),
    "ConnectionRefusedError": gettext_noop(
        "The server refused the connection. Check that the receiver runs and its firewall lets calls in."
    ),
    "TimeoutError": gettext_noop(
        "The receiver did not answer in time. Let it answer within three seconds and do its work afterwards."
    ),
    "SSLCertVerificationError": gettext_noop(
        "The certificate of the server is not valid. Check its name, its end and its whole chain."
    ),
}
"""What to do about a call without an answer, by the name of its error."""
UNREACHED = gettext_noop("The receiver could not be reached. Whoever runs it can tell by what follows.")


class TooManyWebhooks(Conflict):
    code = "webhook.too_many"
    message = gettext_noop(
        "An organization has at most {most} webhooks. Remove one that is no longer needed."
    )


def build_body(delivery_id: str, action: str, at: datetime, unit_id: str, subject: Mapping[str, str]) -> str:
    """Return the message: what happened, when, to what. It has no personal data; the API tells the rest."""
    values: dict[str, Any] = {
        "id": delivery_id,
        "event": action,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "unit": unit_id,
        "subject": dict(subject),
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def sign(secret: str, at: datetime, body: str) -> str:
    """Return the header: the instant in seconds, and an HMAC-SHA256 over it, a dot and the body."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.{body}".encode(), "sha256").hexdigest()
    return f"t={seconds},v1={digest}"


def explain_no_answer(reason: str) -> str:
    """Return what to do about a call without an answer, of which `Error: text` was kept."""
    return NO_ANSWER.get(reason.partition(":")[0], UNREACHED)


def is_given_up(failing_since: datetime, now: datetime) -> bool:
    """Return whether the receiver has failed for so long that nothing more is sent."""
    return now - failing_since >= DISABLED_AFTER


def get_retry_delay(failures: int) -> timedelta:
    """Return how long a receiver is left alone after so many failures in a row; it doubles up to a bound."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 10))
