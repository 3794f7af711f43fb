"""What webhooks are told, how messages are signed, and when a webhook is given up; pure."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from instrument_share.kernel.errors import Conflict, Invalid, gettext_noop

TEST = "webhook.test"
ACTIONS = (
    "booking.requested",
    "booking.approved",
    "booking.rejected",
    "booking.cancelled",
    "booking.lapsed",
    "booking.moved",
    "booking.moved_for_decision",
    "booking.no_show",
    "booking.checked_in",
    "booking.checked_out",
    "usage.recorded",
    "usage.corrected",
    "usage.confirmed",
)
"""The acts of the journal that a webhook may be told."""
MOST_WEBHOOKS = 10
DISABLED_AFTER = timedelta(days=3)
SIGNATURE = "X-Instrument-Share-Signature"


class AddressRefused(Invalid):
    code = "webhook.address_refused"
    message = gettext_noop("Give an address that begins with https:// and is reached from the internet.")


class TooManyWebhooks(Conflict):
    code = "webhook.too_many"
    message = gettext_noop("A unit has at most {most} webhooks. Remove one that is no longer needed.")


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


def is_given_up(failing_since: datetime, now: datetime) -> bool:
    """Return whether the receiver has failed for so long that nothing more is sent."""
    return now - failing_since >= DISABLED_AFTER
