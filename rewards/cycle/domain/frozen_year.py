"""A frozen year as the steps read it."""

from typing import Protocol

from rewards.cycle.domain.snapshot_schema import DecisionsRow, InstrumentRow, OpennessRow, UnitRow, UsageRow


class FrozenYear(Protocol):
    """The rows of a snapshot, whose hashes have been verified; the usage of one instrument at a time."""

    def units(self) -> list[UnitRow]: ...

    def instruments(self) -> list[InstrumentRow]: ...

    def openness(self) -> list[OpennessRow]: ...

    def decisions(self) -> list[DecisionsRow]: ...

    def usage(self, instrument: str) -> list[UsageRow]: ...
