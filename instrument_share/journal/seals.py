"""The form in which audit entries are sealed, version 1; pure.

A seal's hash is the SHA-256, in lower-case hexadecimal, of the hash of the seal before (64 zeros for the
first) and then, for each entry in order of its id, a line feed and the entry as canonical JSON
(`kernel.canonical`): id, at (UTC, microseconds), actor (id), action, subject_type, subject_id,
organization_id, details, address.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING

from instrument_share.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

BEGINNING = "0" * 64


def seal_hash(previous: str, entries: "Iterable[AuditEntry]") -> str:
    """The hash of a seal over `entries`, which are in order of id."""
    digest = hashlib.sha256(previous.encode())
    for entry in entries:
        digest.update(b"\n" + _line(entry))
    return digest.hexdigest()


def _line(entry: "AuditEntry") -> bytes:
    values = {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "organization_id": entry.organization_id,
        "details": entry.details,
        "address": entry.address,
    }
    return canonical_json(values)
