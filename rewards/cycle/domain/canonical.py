"""The canonical bytes of a snapshot: the same facts give the same bytes on any machine and in any order.

A part is a file of JSON lines, one row a line, the lines sorted. Keys are sorted, nothing is padded, text is
UTF-8, money and figures are text with their decimals, instants are UTC to the second (2026-03-05T01:00:00Z).
A part's name is the SHA-256 of these bytes (not of their compressed form, so that another zlib changes no
name), and the snapshot's name is the SHA-256 of its manifest.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from instrument_share.kernel.canonical import canonical_json, instant_text
from rewards.policy.domain.figures import exact

FORMAT = "snapshot/1"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One part as the manifest names it; `instrument` is a public id, empty for all of the city."""

    kind: str
    instrument: str
    rows: int
    sha256: str


def line(value: Any) -> bytes:
    """Return a value in its one spelling, with a newline. TypeError for what has none."""
    return canonical_json(value, spell=_spelt) + b"\n"


def _spelt(value: Any) -> Any:
    """What JSON has no type for."""
    match value:
        case Decimal():
            return format(value, "f")
        case Fraction():
            return exact(value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def part_bytes(rows: Iterable[Row]) -> bytes:
    """All rows of a part, sorted by their bytes, so that the order in which they came changes nothing."""
    return b"".join(sorted(line(_without_floats(row)) for row in rows))


def _without_floats(row: Row) -> Row:
    for key, value in row.items():
        if isinstance(value, float):
            raise TypeError(f"{key} is a float, which has no canonical form. Use Decimal.")
    return row


def rows_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(each) for each in content.splitlines()]


def manifest_bytes(year: int, parts: Iterable[Part]) -> bytes:
    ordered = sorted(parts, key=lambda part: (part.kind, part.instrument))
    listed = [
        {"kind": part.kind, "instrument": part.instrument, "rows": part.rows, "sha256": part.sha256}
        for part in ordered
    ]
    return line({"format": FORMAT, "year": year, "parts": listed})


def parts_of(manifest: bytes) -> list[Part]:
    return [Part(**part) for part in json.loads(manifest)["parts"]]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
