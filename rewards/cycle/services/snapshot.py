"""Freeze a year's facts as canonical parts under their own SHA-256 (docs/adr/0005-snapshot.md).

The parts are units, instruments, openness and decisions of the whole city, and usage of each instrument.
`cycle.domain.snapshot_schema` defines their rows. Other apps name their columns alike, apart from internal
ids, which are translated or dropped here. Memory is bounded by the usage of one instrument.
"""

import gzip
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bookings.public import DecisionsOfYear, UsageOfYear, decisions_of_year, usage_of_year
from instrument_share.accounts.selectors import organization_ids_by_uscc, organizations_by_id, related_ids
from instrument_share.kernel.progress import Tell, tell_nobody
from providers.public import (
    InstrumentOfYear,
    UnitOfYear,
    instruments_of_year,
    openness_of_year,
    units_of_year,
)
from rewards.cycle.domain.groups import group_related
from rewards.cycle.domain.parts import Part, encode_manifest, encode_part, hash_content
from rewards.cycle.domain.snapshot_schema import (
    DecisionsRow,
    InstrumentRow,
    OpennessRow,
    ProofRow,
    Row,
    UnitRow,
    UsageRow,
    build_row,
)
from rewards.cycle.models import SnapshotPart
from rewards.cycle.selectors.rewarded import instruments_rewarded_before
from rewards.cycle.selectors.snapshot import FOLDER, get_manifest_name
from rewards.cycle.services.files import file_store
from rewards.declarations.models import FactProof
from rewards.declarations.selectors import FactsOfYear, facts_of_year, proofs_of_year

FAST = 1
"""Level of compression: a fifth larger than at 6 in 40 % of the time; the hash is over what is compressed."""


@dataclass(frozen=True)
class WrittenSnapshot:
    """A snapshot in file storage: its name, the SHA-256 of its manifest, and unsaved rows of its parts."""

    name: str
    parts: Sequence[SnapshotPart]


def snapshot_write(*, year: int, tell: Tell = tell_nobody) -> WrittenSnapshot:
    """Store the present facts of the year as files; `tell` hears how many of its logs are in them.

    The same facts give the same name and files, so that it may be repeated. Raises ColumnsDiffer if another
    app returns columns that are not in the schema.
    """
    stored = [_part_store(each) for each in parts_of_year(year, tell)]
    manifest = encode_manifest(year, [part for part, _ in stored])
    name = hash_content(manifest)
    file_store(folder=FOLDER, name=get_manifest_name(name).removeprefix(f"{FOLDER}/"), content=manifest)
    return WrittenSnapshot(name, [row for _, row in stored])


@dataclass(frozen=True)
class PartOfYear:
    """A part before it is stored; its rows are read once, before the next part is asked for."""

    kind: str
    rows: Iterable[Row]
    instrument: str = ""
    instrument_id: int | None = None


def parts_of_year(year: int, tell: Tell = tell_nobody, until: datetime | None = None) -> Iterator[PartOfYear]:
    """Yield the present facts of the year, part by part: what a freeze stores and a forecast counts.

    A freeze has the whole year; a forecast counts no open hours after `until`.
    """
    units = list(units_of_year(year))
    facts, rewarded = facts_of_year(year), instruments_rewarded_before(year)
    ids = organization_ids_by_uscc(row["uscc"] for row in units)
    yield PartOfYear("units", _units(units, ids, facts))
    yield PartOfYear("instruments", _instruments(instruments_of_year(year), facts, rewarded))
    yield PartOfYear("openness", (build_row(OpennessRow, row) for row in openness_of_year(year, until)))
    yield PartOfYear("decisions", _decisions(decisions_of_year(year), ids))
    if proofs := proofs_of_year(year):
        yield PartOfYear("proofs", map(_proof, proofs))
    usage = groupby(usage_of_year(year, tell), key=lambda row: (row["instrument_id"], row["instrument"]))
    for (pk, public_id), rows in usage:
        yield PartOfYear("usage", map(_usage, rows), public_id, pk)


def _part_store(part: PartOfYear) -> tuple[Part, SnapshotPart]:
    """Store a part; return it as in the manifest, and its unsaved row."""
    kind, content = part.kind, encode_part(part.rows)
    digest, count = hash_content(content), content.count(b"\n")
    packed = gzip.compress(content, compresslevel=FAST, mtime=0)
    file = file_store(folder=FOLDER, name=f"{digest}.jsonl.gz", content=packed)
    row = SnapshotPart(kind=kind, instrument_id=part.instrument_id, rows=count, sha256=digest, file=file)
    return Part(kind=kind, instrument=part.instrument, rows=count, sha256=digest), row


def _units(units: Sequence[UnitOfYear], ids: Mapping[str, int], facts: FactsOfYear) -> Iterator[UnitRow]:
    """Yield the units with their related organizations and what is confirmed of them."""
    families = {uscc: related_ids(pk) for uscc, pk in ids.items()}
    known = organizations_by_id(frozenset().union(*families.values()))
    groups = group_related({pk: families[uscc] for uscc, pk in ids.items()})
    for unit in units:
        group = groups[ids[unit["uscc"]]]
        relations = {
            "related": sorted(known[member].public_id for member in families[unit["uscc"]]),
            "group": min(known[member].uscc for member in group) if len(group) > 1 else None,
        }
        confirmed = {
            "qualifications": sorted(facts.qualifications.get(unit["uscc"], [])),
            "grade": facts.grades.get(unit["uscc"], ""),
            "major_projects": facts.major_projects.get(unit["uscc"]),
        }
        yield build_row(UnitRow, {**unit, **relations, **confirmed})


def _instruments(
    instruments: Iterable[InstrumentOfYear], facts: FactsOfYear, rewarded: Collection[str]
) -> Iterator[InstrumentRow]:
    """Yield the instruments with what is confirmed of them, and whether they were rewarded before."""
    for row in instruments:
        public_id = row["instrument"]
        confirmed = {
            "nonfiscal_yuan": facts.nonfiscal_yuan.get(public_id),
            "rewarded_before": public_id in facts.rewarded_before or public_id in rewarded,
        }
        yield build_row(InstrumentRow, {**row, **confirmed})


def _decisions(rows: Iterable[DecisionsOfYear], ids: Mapping[str, int]) -> Iterator[DecisionsRow]:
    """Yield the decisions of assessed units."""
    usccs = {pk: uscc for uscc, pk in ids.items()}
    for row in rows:
        if row["organization_id"] in usccs:
            named = {"uscc": usccs[row["organization_id"]], **row}
            yield build_row(DecisionsRow, _without(named, "organization_id"))


def _proof(proof: FactProof) -> ProofRow:
    fact = proof.fact
    values = {
        "uscc": fact.organization.uscc,
        "instrument": fact.instrument.public_id if fact.instrument else "",
        **{name: getattr(fact, name) for name in ("kind", "code", "evidence")},
        **{name: getattr(proof, name) for name in ("name", "sha256")},
    }
    return build_row(ProofRow, values)


def _usage(row: UsageOfYear) -> UsageRow:
    return build_row(UsageRow, _without(row, "instrument_id"))


def _without(row: Mapping[str, object], internal: str) -> dict[str, object]:
    """Return the columns of a row without its internal id."""
    values = dict(row)
    del values[internal]
    return values
