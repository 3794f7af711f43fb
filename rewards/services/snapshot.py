"""Freezing: a year's facts as canonical parts under their own SHA-256 (docs/adr, "The snapshot").

Kinds of part: units, instruments, openness, decisions, completeness, each about all of the city, and usage, one
for each instrument. Memory is bounded by the usage of one instrument.
"""

import gzip
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from bookings.selectors import decisions_of_year, usage_of_year
from instrument_share.accounts.selectors import organization_ids_by_uscc
from providers.selectors import (
    completeness_of,
    instrument_ids,
    instruments_of_year,
    openness_of_year,
    units_of_year,
)
from rewards.domain.canonical import Part, Row, manifest_bytes, part_bytes, sha256
from rewards.domain.entries import CITY_TIME
from rewards.models import AssessmentCycle, SnapshotPart
from rewards.selectors.snapshot import FOLDER, manifest_name
from rewards.services.files import file_keep


def snapshot_write(*, cycle: AssessmentCycle, as_of: datetime) -> str:
    """Store the year's facts as they are now; returns the snapshot's name, the SHA-256 of its manifest.

    The same facts give the same name and the same files.
    """
    units = [dict(row) for row in units_of_year(cycle.year)]
    instruments = [dict(row) for row in instruments_of_year(cycle.year)]
    known = instrument_ids({row["instrument"] for row in instruments})
    stored = [
        _part_store("units", units),
        _part_store("instruments", instruments),
        _part_store("openness", openness_of_year(cycle.year)),
        _part_store("decisions", decisions_of_year(cycle.year)),
        _part_store("completeness", _month_ends(cycle.year, units, as_of)),
    ]
    for instrument, rows in groupby(usage_of_year(cycle.year), key=lambda row: row["instrument"]):
        stored.append(_part_store("usage", rows, instrument))
    SnapshotPart.objects.bulk_create(
        SnapshotPart(
            cycle=cycle,
            kind=part.kind,
            instrument_id=known.get(part.instrument),
            rows=part.rows,
            sha256=part.sha256,
            file=file,
        )
        for part, file in stored
    )
    manifest = manifest_bytes(cycle.year, [part for part, _ in stored])
    name = sha256(manifest)
    file_keep(folder=FOLDER, name=manifest_name(name).removeprefix(f"{FOLDER}/"), content=manifest)
    return name


def _part_store(kind: str, rows: Iterable[Row], instrument: str = "") -> tuple[Part, str]:
    content = part_bytes(rows)
    digest = sha256(content)
    packed = gzip.compress(content, mtime=0)
    file = file_keep(folder=FOLDER, name=f"{digest}.jsonl.gz", content=packed)
    return Part(kind=kind, instrument=instrument, rows=content.count(b"\n"), sha256=digest), file


def _month_ends(year: int, units: list[dict[str, Any]], as_of: datetime) -> Iterator[Row]:
    """How many of the six kinds each unit had complete on the last day of each month that has ended."""
    ids = organization_ids_by_uscc(row["uscc"] for row in units)
    for month in range(1, 13):
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        if last >= as_of.astimezone(CITY_TIME).date():
            return
        states = completeness_of(list(ids.values()), last)
        for uscc, pk in ids.items():
            yield {"uscc": uscc, "as_of": last, "complete": states[pk].complete}
