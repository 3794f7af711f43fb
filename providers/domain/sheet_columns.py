"""The columns of a sheet that a person assigns to fields by hand, beside those that are recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from providers.domain.instruments import FIELDS
from providers.domain.sheet_maps import SheetMap
from providers.domain.sheet_words import known_headings, plain
from providers.domain.sheets import HEADING_ROWS, Table

ASIDE = ""
"""The choice of a column that is left aside."""
TEN_THOUSANDS = "value_yuan/10000"
"""The choice of a column with the original value in 万元."""
FACTORS = {TEN_THOUSANDS: Decimal(10_000)}
CHOICES = (*FIELDS, TEN_THOUSANDS)


@dataclass(frozen=True)
class SheetColumn:
    """A heading, what it is recognised as, and a few of the cells below it."""

    heading: str
    recognised: str = ASIDE
    samples: tuple[str, ...] = field(default_factory=tuple)


SAMPLES = 3


def sheet_columns(table: Table) -> list[SheetColumn]:
    """The headed columns of the row that looks most like headings, in order."""
    rows = [[_text(cell) for cell in row] for row in table.rows]
    if not rows:
        return []
    at = _heading_at(rows[:HEADING_ROWS])
    known = known_headings()
    taken: set[str] = set()
    found = []
    for index, heading in enumerate(rows[at]):
        if not heading:
            continue
        name, factor = known.get(plain(heading), (ASIDE, None))
        recognised = ASIDE if name in taken else TEN_THOUSANDS if factor else name
        taken.add(name)
        cells = [row[index] for row in rows[at + 1 :] if index < len(row) and row[index]]
        found.append(SheetColumn(heading, recognised, tuple(cells[:SAMPLES])))
    return found


def _heading_at(rows: Sequence[Sequence[str]]) -> int:
    known = known_headings()

    def likeness(at: int) -> tuple[int, int, int]:
        recognised = sum(plain(cell) in known for cell in rows[at])
        return recognised, sum(bool(cell) for cell in rows[at]), -at

    return max(range(len(rows)), key=likeness)


def map_of_choices(columns: Sequence[SheetColumn], chosen: Mapping[int, str]) -> SheetMap:
    """The map that says what a person chose by place in `columns`; what stays as recognised needs no word."""
    targets: dict[str, tuple[str, ...]] = {}
    factors: dict[str, Decimal] = {}
    for place, column in enumerate(columns):
        choice = chosen.get(place, column.recognised)
        if choice == column.recognised or choice not in (ASIDE, *CHOICES):
            continue
        name = choice.partition("/")[0]
        targets[plain(column.heading)] = (name,) if name else ()
        if choice in FACTORS:
            factors[name] = FACTORS[choice]
    return SheetMap(columns=targets, factors=factors)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
