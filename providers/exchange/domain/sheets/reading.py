"""Read a unit's own sheet row by row, with the problems of each cell.

Nothing here knows a particular sheet: headings are recognised by the aliases of its kind (`kinds`) or by the
map that a unit writes for it (`maps`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from instrument_share.sheets.table import Cell, Table
from providers.exchange.domain.sheets.aliases import FOOTERS, is_total, normalize_heading
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.problems import RecognisedColumn, SheetProblem, cell_name
from providers.exchange.domain.sheets.remedies import remedy
from providers.exchange.domain.sheets.rows import SheetRow, add_problem, read_row
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS
from providers.exchange.domain.sheets.sheet_types import SheetKind
from providers.exchange.domain.sheets.values import cell_text

HEADING_ROWS = 10
"""The heading is looked for among so many rows at the top."""
HEADED_TWICE = gettext_noop("Two columns have this heading; the first is {cell}.")
TOTALS = gettext_noop("“{value}”: the row is a total of others, not an entry of its own.")


class HeadingMissing(DomainError):
    """No row of the sheet has recognised headings."""

    code = "import.heading_missing"
    message = gettext_noop(
        "No row of headings was found among the first {rows} rows. A sheet needs columns for: {fields}. "
        "If they have other headings, say which they are."
    )


@dataclass(frozen=True)
class SheetRead:
    """The rows of a sheet, and the problems of its headings."""

    rows: list[SheetRow]
    problems: tuple[SheetProblem, ...]
    ignored: tuple[str, ...]
    """Headings that belong to no field; their columns are left aside."""


def read_sheet(table: Table, mapping: SheetMap, kind: SheetKind = INSTRUMENTS) -> SheetRead:
    """Read a sheet row by row. Raises HeadingMissing.

    Rows above the heading, empty rows, repeated headings and closing lines (填表人, 备注 …) are skipped; rows
    of totals are refused. A row needs the essential fields of its kind; an English name replaces a missing
    Chinese one.
    """
    at, columns = _heading(table, mapping, kind)
    heading = [normalize_heading(cell_text(cell)) for cell in table.rows[at]]
    rows: list[SheetRow] = []
    first_with: dict[str, int] = {}
    for number, cells in enumerate(table.rows[at + 1 :], at + 2):
        texts = [cell_text(cell) for cell in cells]
        if (
            not any(texts)
            or [normalize_heading(text) for text in texts] == heading
            or _is_footer(texts, columns, kind)
        ):
            continue
        total = _total_in(texts, columns, kind)
        if total is not None:
            rows.append(_refused_total(number, texts[total], total, table.rows[at]))
            continue
        row = read_row(number, cells, columns, mapping, kind, table)
        if kind.once and (value := str(row.values.get(kind.once, ""))):
            first = first_with.setdefault(value, number)
            row = row if first == number else _repeated(row, kind, kind.once, first)
        rows.append(row)
    read = {column.index for column in columns}
    headings = [(index, cell_text(cell)) for index, cell in enumerate(table.rows[at]) if index not in read]
    repeated = tuple(_headed_twice(at + 1, headings, columns, mapping))
    reported = {problem.cell for problem in repeated}
    ignored = [text for index, text in headings if text and cell_name(at + 1, index) not in reported]
    return SheetRead(rows, repeated, tuple(ignored))


def _heading(table: Table, mapping: SheetMap, kind: SheetKind) -> tuple[int, list[RecognisedColumn]]:
    """Return the row, among the first, with the most recognised columns."""
    known = kind.known_headings
    candidates = (
        (at, list(_columns(cells, mapping, known)))
        for at, cells in enumerate(table.rows[:HEADING_ROWS])
        if mapping.heading_at in (None, at)
    )
    best = max(candidates, key=lambda candidate: len(candidate[1]), default=(0, []))
    named = {column.field for column in best[1]} | mapping.constants.keys()
    if not all(named & set(group) for group in kind.essential):
        labels = tuple(Words(kind.fields[group[0]].label) for group in kind.essential)
        raise HeadingMissing(rows=HEADING_ROWS, fields=labels)
    return best


def _columns(
    cells: Sequence[Cell], mapping: SheetMap, known: Mapping[str, tuple[str, Decimal | None]]
) -> Iterator[RecognisedColumn]:
    mapped = {name for names in mapping.columns.values() for name in names}
    mapped |= {name for names in mapping.places.values() for name in names}
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        heading = cell_text(cell)
        key = normalize_heading(heading)
        if index in mapping.places or key in mapping.columns:
            for name in mapping.places.get(index, mapping.columns.get(key, ())):
                yield RecognisedColumn(index, heading, name, mapping.factors.get(name))
        elif key in known:
            name, factor = known[key]
            if name not in mapped and name not in taken:
                taken.add(name)
                yield RecognisedColumn(index, heading, name, mapping.factors.get(name, factor))


def _headed_twice(
    row: int, headings: Iterable[tuple[int, str]], columns: Iterable[RecognisedColumn], mapping: SheetMap
) -> Iterator[SheetProblem]:
    """Yield a problem for each field with two columns, as it is unclear which counts."""
    by_heading = {normalize_heading(column.heading): column for column in columns}
    code = "import.heading_twice"
    for index, text in headings:
        first = by_heading.get(normalize_heading(text)) if text else None
        if first is not None and index not in mapping.places:
            reason = Sentence(HEADED_TWICE, {"cell": cell_name(row, first.index)})
            yield SheetProblem(row, text, text, code, reason, remedy(code), cell=cell_name(row, index))


def _is_footer(texts: Sequence[str], columns: Iterable[RecognisedColumn], kind: SheetKind) -> bool:
    """Return whether the row closes the sheet: it begins so, and no essential field says anything else."""
    first = next(text for text in texts if text)
    essential = {name for group in kind.essential for name in group}
    return normalize_heading(first).startswith(
        tuple(normalize_heading(footer) for footer in FOOTERS)
    ) and all(
        texts[column.index] in ("", first)
        for column in columns
        if column.field in essential and column.index < len(texts)
    )


def _total_in(texts: Sequence[str], columns: Iterable[RecognisedColumn], kind: SheetKind) -> int | None:
    """Return the place of the cell that makes the row one of totals: its first, or an essential field's."""
    essential = {name for group in kind.essential for name in group}
    first = next(index for index, text in enumerate(texts) if text)
    places = [first, *(column.index for column in columns if column.field in essential)]
    return next((index for index in places if index < len(texts) and is_total(texts[index])), None)


def _repeated(row: SheetRow, kind: SheetKind, name: str, first: int) -> SheetRow:
    message = gettext_noop("The same stands in row {row} already.")
    problem = Problem("import.repeated", message, {"row": first}, name)
    return add_problem(row, kind, problem)


def _refused_total(number: int, text: str, index: int, headings: Sequence[Cell]) -> SheetRow:
    heading = cell_text(headings[index]) if index < len(headings) else ""
    reason, code = Sentence(TOTALS, {"value": text}), "import.total"
    problem = SheetProblem(number, heading, text, code, reason, remedy(code), cell=cell_name(number, index))
    return SheetRow(number, {}, (problem,))
