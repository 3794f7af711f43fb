"""Canonical bytes of a snapshot: the same facts give the same bytes on any machine and in any order.

A part is a file of sorted JSON lines, one for each row of `snapshot_schema`. A part's name is the SHA-256 of
these bytes (before compression, so that another zlib changes no name), and the snapshot's name is the SHA-256
of its manifest.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from instrument_share.kernel.canonical import canonical_json
from rewards.cycle.domain.errors import SnapshotVersionUnknown
from rewards.cycle.domain.snapshot_schema import READABLE, VERSION, Row, encode_row


@dataclass(frozen=True)
class Part:
    """One part as the manifest names it; `instrument` is a public id, empty for all of the city."""

    kind: str
    instrument: str
    rows: int
    sha256: str


def encode_part(rows: Iterable[Row]) -> bytes:
    """Return the lines of a part, sorted, so that the order in which its rows came changes nothing."""
    return b"".join(sorted(encode_row(row) for row in rows))


def encode_manifest(year: int, parts: Iterable[Part]) -> bytes:
    """Return the manifest: the schema's version, the year and the parts, in order of kind and instrument."""
    ordered = sorted(parts, key=lambda part: (part.kind, part.instrument))
    return (
        canonical_json({"format": VERSION, "year": year, "parts": [asdict(part) for part in ordered]}) + b"\n"
    )


def parse_manifest(manifest: bytes) -> list[Part]:
    """Return the parts that a manifest names.

    A manifest that names no version of the schema is of version 1. Raises SnapshotVersionUnknown for one that
    cannot be read.
    """
    content = json.loads(manifest)
    version = content.get("format", "snapshot/1")
    if version not in READABLE:
        raise SnapshotVersionUnknown(version=version)
    return [Part(**part) for part in content["parts"]]


def hash_content(content: bytes) -> str:
    """Return the SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()
