"""The hash chain of an instrument's usage entries: canonical form, version 1.

An entry's hash is the SHA-256, in lower-case hexadecimal, of the canonical JSON (`kernel.canonical`) of one
object with

    form         1
    instrument   the instrument's public id
    number       1, 2, 3, … without gaps in each instrument
    kind         log, correction, confirmation or withdrawal (of a correction)
    previous     the hash of the entry before; 64 zeros for the first
    recorded_at  see below
    recorded_by  public id; null for a log that the clock confirmed
    row          the row it stands for, as `log_row`, `correction_row`, `confirmation_row` and
                 `withdrawal_row` give it

Instants are UTC with whole seconds (`2026-03-02T01:00:00Z`), money has two decimals and is text, other rows
are named by public id, what is absent is null. People and bodies appear by opaque id only; free text, which
may name somebody, appears as its SHA-256. Changing any of this needs a new version of the form.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bookings.usage.domain.choices import EntryKind
from instrument_share.kernel.canonical import canonical_json, format_instant

FORM = 1
BEGINNING = "0" * 64

LOG_FIELDS = (
    "user_kind",
    "user_organization_kind",
    "user_size_class",
    "in_region",
    "external",
    "related",
    "starts_at",
    "ends_at",
    "setup_seconds",
    "measuring_seconds",
    "post_seconds",
    "idle_seconds",
    "effective_seconds",
    "service_mode",
    "direction",
    "purpose",
    "funding_sources",
    "samples",
    "amount_yuan",
    "price",
    "capture",
)
RELATED_ROWS = ("booking", "user", "operator", "payer_organization", "payer_person")
TEXT_FIELDS = ("content", "project", "results")
"""Fields of a log that enter the form as a digest."""

CORRECTABLE = frozenset(
    {
        "starts_at",
        "ends_at",
        "setup_seconds",
        "measuring_seconds",
        "post_seconds",
        "idle_seconds",
        "service_mode",
        "direction",
        "purpose",
        "content",
        "project",
        "samples",
        "results",
        "amount_yuan",
    }
)
"""Fields that a correction may name. Who used the instrument is not among them: that needs a log of its
own.
"""


def compute_entry_hash(
    *,
    instrument: str,
    number: int,
    kind: str,
    previous: str,
    recorded_at: datetime,
    recorded_by: str | None,
    row: Mapping[str, Any],
) -> str:
    """Return an entry's hash; `row` comes from one of the row functions."""
    return hash_line(
        entry_line(
            instrument=instrument,
            number=number,
            kind=kind,
            previous=previous,
            recorded_at=recorded_at,
            recorded_by=recorded_by,
            row=row,
        )
    )


def entry_line(
    *,
    instrument: str,
    number: int,
    kind: str,
    previous: str,
    recorded_at: datetime,
    recorded_by: str | None,
    row: Mapping[str, Any],
    form: int = FORM,
) -> bytes:
    """Return an entry in canonical form: what is hashed, and the content of its leaf in the log."""
    return canonical_json(
        {
            "form": form,
            "instrument": instrument,
            "number": number,
            "kind": kind,
            "previous": previous,
            "recorded_at": recorded_at,
            "recorded_by": recorded_by,
            "row": row,
        },
        spell=_spelling,
    )


def hash_line(line: bytes) -> str:
    """Return the hash of an entry in canonical form."""
    return hashlib.sha256(line).hexdigest()


def to_plain_value(value: Any) -> Any:
    """Return the value in canonical form: instants and money as text, everything else as JSON has it."""
    return json.loads(json.dumps(value, default=_spelling))


def _spelling(value: Any) -> str:
    match value:
        case datetime():
            return format_instant(value)
        case Decimal():
            return f"{value:.2f}"
    raise TypeError(f"The canonical form has no {type(value).__name__}.")


def log_row(log: Any) -> dict[str, Any]:
    """Return a usage log in canonical form."""
    return {
        "id": log.public_id,
        **{name: _get_public_id(getattr(log, name)) for name in RELATED_ROWS},
        **{name: getattr(log, name) for name in LOG_FIELDS},
        **{f"{name}_sha256": hash_text(getattr(log, name)) for name in TEXT_FIELDS},
    }


def correction_row(correction: Any) -> dict[str, Any]:
    """Return a correction in canonical form."""
    return {
        "id": correction.public_id,
        "log": correction.log.public_id,
        "changes": {
            name: hash_text(value) if name in TEXT_FIELDS else value
            for name, value in correction.changes.items()
        },
        "reason_sha256": hash_text(correction.reason),
    }


def confirmation_row(confirmation: Any) -> dict[str, Any]:
    """Return a confirmation in canonical form."""
    return {
        "id": confirmation.public_id,
        "log": confirmation.log.public_id,
        "correction": _get_public_id(confirmation.correction),
    }


def withdrawal_row(withdrawal: Any) -> dict[str, Any]:
    """Return the withdrawal of a correction in canonical form."""
    return {
        "id": withdrawal.public_id,
        "log": withdrawal.log.public_id,
        "correction": withdrawal.correction.public_id,
        "reason_sha256": hash_text(withdrawal.reason),
    }


ROW_FUNCTIONS: Mapping[EntryKind, Callable[[Any], dict[str, Any]]] = {
    EntryKind.LOG: log_row,
    EntryKind.CORRECTION: correction_row,
    EntryKind.CONFIRMATION: confirmation_row,
    EntryKind.WITHDRAWAL: withdrawal_row,
}


def _get_public_id(row: Any) -> str | None:
    return None if row is None else row.public_id


def hash_text(text: str) -> str:
    """Return the SHA-256 of the text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
