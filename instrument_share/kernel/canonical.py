"""Canonical JSON: exactly one way to write a value, for bytes that are hashed, chained or signed."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def canonical_json(value: Any, *, spell: Callable[[Any], Any] | None = None) -> bytes:
    """Return `value` as canonical JSON, without a newline at the end.

    The rules are those of RFC 8785 (JCS): UTF-8, no spaces, sorted keys, no unnecessary escapes, no NaN or
    infinities. They hold for what the platform hashes: objects keyed by field names, text, integers, booleans
    and null. Two cases differ from the RFC, so readers in other languages must not rely on them: keys are
    ordered by code point, not by UTF-16 unit (the same below U+10000), and floats are written as Python
    writes them.

    `spell` converts values that JSON has no type for (`Decimal`, `datetime`); each format decides how. Raises
    TypeError for a value that can't be converted, ValueError for NaN and infinities, UnicodeEncodeError for
    half a surrogate pair.
    """
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=spell
    )
    return text.encode()


def fingerprint(*values: Any) -> str:
    """Return the SHA-256 of values, by which the journal knows what it must not repeat."""
    return hashlib.sha256(canonical_json(values)).hexdigest()


def format_instant(instant: datetime) -> str:
    """Return an aware instant as UTC to the whole second: `2026-03-02T01:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
