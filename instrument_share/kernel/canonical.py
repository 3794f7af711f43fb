"""Canonical JSON: one spelling for one value, for bytes that are hashed, chained or signed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def canonical_json(value: Any, *, spell: Callable[[Any], Any] | None = None) -> bytes:
    """Return `value` as JSON in its one spelling, without a newline at the end.

    The rules are those of RFC 8785 (JCS): UTF-8, no spaces, keys sorted, no escapes beyond what JSON needs,
    NaN and the infinities refused. They are kept for what the platform hashes: objects whose keys are names
    of fields, text, integers, booleans and null. Two cases differ from the RFC and must not be relied on by
    a reader in another language: keys are ordered by code point, not by UTF-16 unit (the same below U+10000),
    and a float is written as Python writes it.

    `spell` returns what stands for a value that JSON has no type for (`Decimal`, `datetime`); each format
    decides there how it writes them. Raises TypeError for a value without a spelling, ValueError for NaN and
    the infinities, UnicodeEncodeError for half a surrogate pair.
    """
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=spell
    )
    return text.encode()


def instant_text(instant: datetime) -> str:
    """Return an aware instant as UTC to the whole second: `2026-03-02T01:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
