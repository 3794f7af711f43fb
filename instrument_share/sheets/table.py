"""A sheet as it was read: cells in rows, with what Excel says about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Table:
    """Cells as they stand in the sheet; row 1 is the first.

    `formulas` are the cells (row, column from 0) whose value a formula gave, `hidden` the rows that the sheet
    hides.
    """

    rows: Sequence[Sequence[Cell]]
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden: frozenset[int] = frozenset()
