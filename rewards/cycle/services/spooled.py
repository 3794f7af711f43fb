"""A year that is not frozen, as a freeze would write it now: parts in a folder, without hashes."""

from datetime import datetime
from pathlib import Path

from instrument_share.kernel.progress import Tell, tell_nobody
from rewards.cycle.domain.parts import encode_part
from rewards.cycle.domain.snapshot_schema import (
    DecisionsRow,
    InstrumentRow,
    OpennessRow,
    R,
    UnitRow,
    UsageRow,
    decode_rows,
)
from rewards.cycle.services.snapshot import parts_of_year


class SpooledYear:
    """The present rows of a year, spooled into a folder of the caller; a `FrozenYear` while that stands.

    Open hours after `now` are left out: nothing is assumed of the days to come.
    """

    def __init__(self, year: int, folder: Path, now: datetime, tell: Tell = tell_nobody) -> None:
        self._folder = folder
        for part in parts_of_year(year, tell, until=now):
            self._path(part.kind, part.instrument).write_bytes(encode_part(part.rows))

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
        """Return the usage rows of one instrument, by public id."""
        return self._rows(UsageRow, "usage", instrument)

    def _rows(self, row: type[R], kind: str, instrument: str = "") -> list[R]:
        path = self._path(kind, instrument)
        return decode_rows(row, path.read_bytes()) if path.exists() else []

    def _path(self, kind: str, instrument: str) -> Path:
        return self._folder / f"{kind}-{instrument}"
