"""Read snapshots, verifying each part against its hash first."""

import gzip
import json
import zlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage

from instrument_share.accounts.selectors import organization_ids
from instrument_share.kernel.progress import Tell, tell_nobody
from rewards.cycle.domain.errors import SnapshotDamaged
from rewards.cycle.domain.parts import Part, hash_content, parse_manifest
from rewards.cycle.domain.snapshot_schema import (
    DecisionsRow,
    InstrumentRow,
    OpennessRow,
    R,
    UnitRow,
    UsageRow,
    decode_rows,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument
    from rewards.cycle.models import AssessmentCycle

FOLDER = "snapshots"


class StoredSnapshot:
    """The snapshot of a frozen cycle; `tell` hears how many of its logs are read.

    Raises SnapshotDamaged for a missing or changed part, SnapshotVersionUnknown for an unknown schema.
    """

    def __init__(self, cycle: "AssessmentCycle", tell: Tell = tell_nobody) -> None:
        self.manifest = _manifest(cycle)
        self.year: int = json.loads(self.manifest)["year"]
        self.parts: dict[tuple[str, str], Part] = {
            (part.kind, part.instrument): part for part in parse_manifest(self.manifest)
        }
        self._files: dict[str, str] = dict(cycle.parts.values_list("sha256", "file"))
        self._tell = tell
        self._done, self._total = 0, sum(part.rows for part in self.parts.values() if part.kind == "usage")

    def units(self) -> list[UnitRow]:
        """Return the units of the city."""
        return self._rows(UnitRow, "units")

    def instruments(self) -> list[InstrumentRow]:
        """Return the instruments of the city."""
        return self._rows(InstrumentRow, "instruments")

    def openness(self) -> list[OpennessRow]:
        """Return the open time of each instrument that had any."""
        return self._rows(OpennessRow, "openness")

    def decisions(self) -> list[DecisionsRow]:
        """Return the decisions of each unit that had to take any."""
        return self._rows(DecisionsRow, "decisions")

    def usage(self, instrument: str) -> list[UsageRow]:
        """Return the usage rows of one instrument, by public id; none where the snapshot has no such part."""
        part = self.parts.get(("usage", instrument))
        if part is None:
            return []
        self._tell(self._done, self._total)
        self._done = min(self._done + part.rows, self._total)  # some instruments are read twice
        return self._rows(UsageRow, "usage", instrument)

    def verify(self) -> None:
        """Read every part. Raises SnapshotDamaged for the first that is not what was frozen."""
        for part in self.parts.values():
            self._read(part)

    def packed(self, part: Part) -> bytes:
        """Return the lines of a part, compressed as they are stored."""
        return self._read(part)[0]

    def _rows(self, row: type[R], kind: str, instrument: str = "") -> list[R]:
        return decode_rows(row, self._read(self.parts[kind, instrument])[1])

    def _read(self, part: Part) -> tuple[bytes, bytes]:
        """Return a part compressed and plain, after comparing it with its hash."""
        name = f"{part.kind} {part.instrument}".strip()
        try:
            with default_storage.open(self._files[part.sha256]) as file:
                packed: bytes = file.read()
            content = gzip.decompress(packed)
        except (KeyError, OSError, EOFError, zlib.error) as error:
            raise SnapshotDamaged(part=name) from error
        if hash_content(content) != part.sha256:
            raise SnapshotDamaged(part=name)
        return packed, content


def get_unit_ids(cycle: "AssessmentCycle") -> dict[str, int]:
    """Return the primary keys of a frozen year's units by the USCC that each had at the freeze."""
    rows = StoredSnapshot(cycle).units()
    known = organization_ids(row.organization for row in rows)
    return {row.uscc: known[row.organization] for row in rows}


def describe_usage(row: UsageRow) -> dict[str, Any]:
    """Return what pages show of a frozen log; log and booking are public ids, the booking may be empty.

    `logged_ends_at` is its end before any correction.
    """
    return {
        "log": row.id,
        "booking": row.booking or "",
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "logged_ends_at": row.entered_end,
        "external": row.external,
        "effective_seconds": row.effective_seconds,
        "amount_yuan": row.amount_yuan,
        "capture": row.capture.value,
        "recorded_at": row.recorded_at,
    }


def _manifest(cycle: "AssessmentCycle") -> bytes:
    try:
        with default_storage.open(get_manifest_name(cycle.snapshot_hash)) as file:
            content: bytes = file.read()
    except OSError as error:
        raise SnapshotDamaged(part="manifest") from error
    if hash_content(content) != cycle.snapshot_hash:
        raise SnapshotDamaged(part="manifest")
    return content


def get_manifest_name(snapshot_hash: str) -> str:
    """Return the name in storage of a manifest."""
    return f"{FOLDER}/{snapshot_hash}.json"


def name_as_frozen(
    cycle: "AssessmentCycle",
    organizations: Collection["Organization"],
    instruments: Collection["Instrument"] = (),
) -> None:
    """Give units and instruments of a frozen year the names and codes of then, to be shown and never saved.

    What is no unit or instrument of the year keeps its own. Raises SnapshotDamaged.
    """
    if not (organizations or instruments):
        return
    snapshot = StoredSnapshot(cycle)
    if organizations:
        units = {row.organization: row for row in snapshot.units()}
        for one in organizations:
            if unit := units.get(one.public_id):
                one.name_zh, one.name_en, one.uscc = unit.name_zh, unit.name_en, unit.uscc
    if instruments:
        frozen = {row.instrument: row for row in snapshot.instruments()}
        for each in instruments:
            if row := frozen.get(each.public_id):
                each.name_zh, each.name_en = row.name_zh, row.name_en
