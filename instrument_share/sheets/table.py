"""A sheet as it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Table:
    """Cells by row.

    `formulas` are the cells (row, column from 0) whose value comes from a formula, `hidden` the hidden rows.
    `sha256` is that of the file, in hexadecimal.
    """

    rows: Sequence[Sequence[Cell]]
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden: frozenset[int] = frozenset()
    sha256: str = ""
