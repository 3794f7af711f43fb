"""Assign columns of a sheet to fields by hand, besides those that are recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.aliases import LEFT_ASIDE, normalize_heading
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.reading import HEADING_ROWS
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, PRICES, RULES
from providers.exchange.domain.sheets.sheet_types import SheetKind
from providers.exchange.domain.sheets.values import cell_text

ASIDE = ""
"""The choice of a column that is left aside."""
IN_TEN_THOUSANDS = "/10000"
"""Ends the choice of a column with money in 万元."""
FACTOR = Decimal(10_000)
SAMPLES = 3


@dataclass(frozen=True)
class SheetColumn:
    """A heading with its place, its recognised field and a few sample cells.

    `known` tells whether its choice is decided, even to leave it aside. `other_kind` is the kind of sheet
    that takes the column, where this one does not: prices in a sheet of instruments.
    """

    heading: str
    recognised: str = ASIDE
    samples: tuple[str, ...] = field(default_factory=tuple)
    place: int = 0
    row: int = 0
    known: bool = False
    other_kind: StrEnum | None = None


def column_choices(kind: SheetKind) -> tuple[str, ...]:
    """Return what a column may hold: a field, or money in 万元 where sheets use it."""
    tens = (f"{name}{IN_TEN_THOUSANDS}" for name, one in kind.fields.items() if one.ten_thousands)
    return (*kind.fields, *tens)


def sheet_columns(
    table: Table, kind: SheetKind = INSTRUMENTS, remembered: Mapping[str, str] | None = None
) -> list[SheetColumn]:
    """Return the columns of the row that looks most like headings, in order.

    `remembered` (normalized heading → choice) is how the unit read them before, and overrides our aliases.
    """
    rows = table.rows[: HEADING_ROWS + 50]
    if not rows:
        return []
    known = _known(kind) | dict(remembered or {})
    at = _heading_at([[cell_text(cell) for cell in row] for row in rows[:HEADING_ROWS]], known)
    taken: set[str] = set()
    found = []
    for index, cell in enumerate(rows[at]):
        heading = cell_text(cell)
        if not heading:
            continue
        choice = known.get(normalize_heading(heading), ASIDE)
        name = choice.removesuffix(IN_TEN_THOUSANDS)
        recognised = ASIDE if name in taken else choice
        is_known = normalize_heading(heading) in known
        other_kind = None if is_known else _find_other_kind(heading, kind)
        is_known = (is_known and recognised == choice) or other_kind is not None
        taken |= {name} - {ASIDE}
        cells = [cell_text(row[index]) for row in rows[at + 1 :] if index < len(row)]
        samples = tuple([text for text in cells if text][:SAMPLES])
        found.append(SheetColumn(heading, recognised, samples, index, at, is_known, other_kind))
    return found


def build_map(
    columns: Sequence[SheetColumn], choices: Mapping[int, str], kind: SheetKind = INSTRUMENTS
) -> SheetMap:
    """Return the map of the columns as chosen, or else as recognised."""
    places: dict[int, tuple[str, ...]] = {}
    factors: dict[str, Decimal] = {}
    known = column_choices(kind)
    by_hand = {place for place in choices if choices[place] in (ASIDE, *known)}
    for column in columns:
        choice = choices[column.place] if column.place in by_hand else column.recognised
        if choice == ASIDE and column.place not in by_hand:
            continue
        name = choice.removesuffix(IN_TEN_THOUSANDS)
        places[column.place] = (name,) if name else ()
        if choice.endswith(IN_TEN_THOUSANDS):
            factors[name] = FACTOR
    at = columns[0].row if columns else None
    return SheetMap(places=places, factors=factors, heading_at=at)


def choices_to_remember(
    columns: Sequence[SheetColumn], choices: Mapping[int, str], kind: SheetKind
) -> dict[str, str]:
    """Return choices that differ from our aliases, by normalized heading."""
    known, may_be = _known(kind), (ASIDE, *column_choices(kind))
    return {
        normalize_heading(column.heading): choices[column.place]
        for column in columns
        if column.place in choices
        and choices[column.place] in may_be
        and choices[column.place] != known.get(normalize_heading(column.heading))
    }


def _known(kind: SheetKind) -> dict[str, str]:
    fields = {
        heading: f"{name}{IN_TEN_THOUSANDS}" if factor else name
        for heading, (name, factor) in kind.known_headings.items()
    }
    return {normalize_heading(heading): ASIDE for heading in LEFT_ASIDE} | fields


def _find_other_kind(heading: str, kind: SheetKind) -> StrEnum | None:
    """Return the kind of sheet that has a column with this heading, for a sheet of instruments."""
    if kind is not INSTRUMENTS:
        return None
    others = (one for one in (PRICES, RULES) if normalize_heading(heading) in _known(one))
    return next((one.name for one in others), None)


def _heading_at(rows: Sequence[Sequence[str]], known: Mapping[str, str]) -> int:
    def likeness(at: int) -> tuple[int, int, int]:
        recognised = sum(normalize_heading(cell) in known for cell in rows[at])
        return recognised, sum(bool(cell) for cell in rows[at]), -at

    return max(range(len(rows)), key=likeness)
