"""The form in which audit entries are sealed; pure.

A seal's hash is the SHA-256, in lower-case hexadecimal, of the hash of the seal before (64 zeros for the
first) and then, for each entry in order of its id, a line feed and the entry as canonical JSON
(`kernel.canonical`): id, at (UTC, microseconds), actor (id), action, subject_type, subject_id,
organization_id, details, address; from version 2 on also actor_name.

On a site that asks for it a seal has its SM3 too: over the hash of the seal before, that seal's SM3 where it
has one, and the same lines. Seals that were made without stay without: what is valid depends on no setting.

`seal_line` is a seal itself in canonical form: the content of its leaf in the log (`docs/receipts.md`).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from instrument_share.kernel.canonical import canonical_json
from instrument_share.kernel.hashes import SHA256, SM3, digest_of

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry, AuditSeal

FORM = 2
BEGINNING = "0" * 64


def seal_hash(previous: str, entries: "Iterable[AuditEntry]", *, form: int = FORM) -> str:
    """Return the hash of a seal over `entries`, which are in order of id."""
    return digest_of(SHA256, _sealed(previous, entries, form))


def seal_sm3(previous: str, previous_sm3: str, entries: "Iterable[AuditEntry]", *, form: int = FORM) -> str:
    """Return the SM3 of a seal over `entries`; `previous_sm3` is empty where the seal before has none."""
    return digest_of(SM3, _sealed(previous + previous_sm3, entries, form))


def seal_line(seal: "AuditSeal") -> bytes:
    """Return a seal in canonical form; `sm3` is a member where the seal has one."""
    values = {
        "kind": "seal",
        "form": seal.form,
        "number": seal.number,
        "entries": seal.entries,
        "first": seal.first_entry_id,
        "last": seal.last_entry_id,
        "previous": seal.previous_hash,
        "hash": seal.hash,
        "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return canonical_json(values | ({"sm3": seal.sm3} if seal.sm3 else {}))


def _sealed(beginning: str, entries: "Iterable[AuditEntry]", form: int) -> Iterator[bytes]:
    yield beginning.encode()
    for entry in entries:
        yield b"\n" + _line(entry, form)


def _line(entry: "AuditEntry", form: int) -> bytes:
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
    if form > 1:
        values["actor_name"] = entry.actor_name
    return canonical_json(values)
