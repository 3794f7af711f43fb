"""Read a unit's own sheet row by row, with the problems of each cell.

Nothing here knows a particular sheet: headings are recognised by the aliases of its kind (`kinds`) or by the
map that a unit writes for it (`maps`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from instrument_share.sheets.table import Cell, Table
from providers.exchange.domain.sheets.aliases import FOOTERS, normalize_heading
from providers.exchange.domain.sheets.definition import MISSING, SheetKind, SheetKindName
from providers.exchange.domain.sheets.kinds_of_sheet import INSTRUMENTS
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.remedies import remedy
from providers.exchange.domain.sheets.values import cell_text, choice_words, is_serial, parse_cell
from providers.instruments.domain import fields as instrument_fields
from providers.instruments.domain.fields import Unusable

HEADING_ROWS = 10
"""The heading is looked for among so many rows at the top."""
JOINT = "；"
"""Between the parts of a field to which several columns belong."""


class HeadingMissing(DomainError):
    """No row of the sheet has recognised headings."""

    code = "import.heading_missing"
    message = gettext_noop(
        "No row of headings was found among the first {rows} rows. A sheet needs columns for: {fields}. Where"
        " they are headed otherwise, say which they are."
    )


@dataclass(frozen=True)
class SheetProblem:
    """A problem of a row; a warning does not exclude the row.

    `column` is the heading in the sheet, or our label (`Words`) if it has no such column. `cell` is its
    address (`C7`), empty if there is none.
    """

    row: int
    column: str
    value: str
    code: str
    reason: Sentence
    remedy: Sentence
    warning: bool = False
    cell: str = ""


@dataclass(frozen=True)
class RecognisedColumn:
    """A column of the sheet and its field; `factor` is for money in another unit."""

    index: int
    heading: str
    field: str
    factor: Decimal | None = None


@dataclass(frozen=True)
class SheetRow:
    """A row of the sheet: clean values and columns by field, and problems."""

    number: int
    values: Mapping[str, Any]
    problems: tuple[SheetProblem, ...] = ()
    columns: Mapping[str, RecognisedColumn] = field(default_factory=dict)
    """Field → its first column, where the sheet has one."""

    @property
    def usable(self) -> bool:
        return all(problem.warning for problem in self.problems)

    @property
    def inner_number(self) -> str:
        return str(self.values.get("inner_number", ""))


@dataclass(frozen=True)
class SheetRead:
    """The rows of a sheet, and the problems of its headings."""

    rows: list[SheetRow]
    problems: tuple[SheetProblem, ...]
    ignored: tuple[str, ...]
    """Headings that belong to no field; their columns are left aside."""


def cell_name(row: int, index: int) -> str:
    """Return the name of a cell: `C7` for row 7 and column 2 (from 0)."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def read_sheet(table: Table, mapping: SheetMap, kind: SheetKind = INSTRUMENTS) -> SheetRead:
    """Read a sheet row by row. Raises HeadingMissing.

    Rows above the heading, empty rows, repeated headings and closing lines (合计, 填表人 …) are skipped.
    A row needs the essential fields of its kind; an English name replaces a missing Chinese one.
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
        row = _row(number, cells, columns, mapping, kind, table)
        if kind.once and (value := str(row.values.get(kind.once, ""))):
            first = first_with.setdefault(value, number)
            row = row if first == number else _repeated(row, kind.once, first)
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


def _row(
    number: int,
    cells: Sequence[Cell],
    columns: Iterable[RecognisedColumn],
    mapping: SheetMap,
    kind: SheetKind,
    table: Table,
) -> SheetRow:
    parts_by_field: dict[str, list[tuple[RecognisedColumn, Cell]]] = {}
    row = _Reading(number, kind)
    for column in columns:
        cell = cells[column.index] if column.index < len(cells) else None
        row.columns.setdefault(column.field, column)
        if cell_text(cell):
            parts_by_field.setdefault(column.field, []).append((column, cell))
            if (number, column.index) in table.formulas:
                row.warn(column, cell_text(cell), "import.formula", FORMULA)
        elif (number, column.index) in table.formulas:
            row.warn(column, "", "import.formula_empty", EMPTY_FORMULA)
    for name, preset in [*mapping.defaults.items(), *mapping.constants.items()]:
        row.take(name, preset)
    for name, parts in parts_by_field.items():
        if name not in mapping.constants:
            row.read(name, parts, mapping)
    row.shorten(mapping)
    row.finish()
    if number in table.hidden:
        row.warn(None, "", "import.hidden", HIDDEN)
    return SheetRow(number, row.values, tuple(row.problems), row.columns)


HEADED_TWICE = gettext_noop("Two columns have this heading; the first is {cell}.")
FORMULA = gettext_noop("The cell holds a formula; the value that was stored with it counts.")
EMPTY_FORMULA = gettext_noop("The cell holds a formula without a stored value; it counts as empty.")
HIDDEN = gettext_noop("The row is hidden in the sheet; it counts like the others.")
SERIAL = gettext_noop("The cell holds Excel's number of a day; it is read as {date}.")
SHORTENED = gettext_noop(
    "“{field}” may have {limit} characters. It is cut; the whole text stands in “{other}”."
)
ELLIPSIS = "…"


@dataclass
class _Reading:
    """The state of a row while it is read."""

    number: int
    kind: SheetKind
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    columns: dict[str, RecognisedColumn] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    """Texts that are too long for their field, and are to be cut by the map."""

    def read(self, name: str, parts: Sequence[tuple[RecognisedColumn, Cell]], mapping: SheetMap) -> None:
        """Read a field's cells through the map's words, our words, dates and factors."""
        of, joined = self.kind.fields[name], JOINT.join(cell_text(cell) for _, cell in parts)
        column, cell = parts[0]
        try:
            if len(parts) > 1:
                value: Any = JOINT.join(dict.fromkeys(cell_text(cell) for _, cell in parts))
            else:
                value = parse_cell(
                    of,
                    cell,
                    prefix=self.kind.prefix,
                    words={**choice_words(of), **mapping.values.get(name, {})},
                    dates=mapping.dates.get(name, ()),
                    factor=column.factor,
                )
        except Unusable as unusable:
            self.refuse(name, joined, unusable.problem)
            return
        if len(parts) == 1 and is_serial(of, cell):
            self.warn(column, joined, "import.serial_date", SERIAL, date=value)
        if name in mapping.shorten and of.limit and len(" ".join(str(value).split())) > of.limit:
            self.whole[name] = str(value)
            value = " ".join(str(value).split())[: of.limit - 1] + ELLIPSIS
        self.take(name, value, joined)

    def take(self, name: str, value: Any, said: str = "") -> None:
        clean, wrong = self.kind.check(name, value)
        self.values.update(clean)
        for problem in wrong:
            self.refuse(name, said or cell_text(value), problem)

    def shorten(self, mapping: SheetMap) -> None:
        """Prepend the whole of a cut text to the field that the map names."""
        for name, whole in self.whole.items():
            field, other = self.kind.fields[name], self.kind.fields[mapping.shorten[name]]
            present = str(self.values.get(other.name) or "")
            if whole not in present:
                self.take(other.name, f"{whole}{JOINT}{present}" if present else whole)
            params = {"field": Words(field.label), "limit": field.limit, "other": Words(other.label)}
            self.warn(self.columns.get(name), whole, "import.shortened", SHORTENED, **params)

    def refuse(self, name: str, value: str, problem: Problem) -> None:
        self.refused.add(name)
        self.problems.append(cell_problem(self.number, self.kind, self.columns, value, problem, name))

    def warn(
        self, column: RecognisedColumn | None, value: str, code: str, message: str, **params: Any
    ) -> None:
        heading = column.heading if column else ""
        sentence = Sentence(message, params)
        self.problems.append(_problem(self.number, column, heading, value, code, sentence, warning=True))

    def finish(self) -> None:
        """Add problems for missing essential fields and, for instruments, for publication."""
        if self.kind.name is SheetKindName.INSTRUMENTS:
            self._let_english_name_stand_in()
        for group in self.kind.essential:
            name = next((one for one in group if self.kind.fields[one].needed), group[0])
            if all(self.values.get(one) in (None, "", []) and one not in self.refused for one in group):
                params = {"field": Words(self.kind.fields[name].label)}
                problem = Problem("import.essential", MISSING, params, name)
                self.problems.append(cell_problem(self.number, self.kind, self.columns, "", problem, name))
        if self.kind.name is SheetKindName.INSTRUMENTS:
            self._find_what_publication_lacks()

    def _let_english_name_stand_in(self) -> None:
        """Use the English name of a draft that has no Chinese one."""
        english = self.values.get("name_en")
        if self.values.get("name_zh") or "name_zh" in self.refused or not english:
            return
        self.values["name_zh"] = english[: instrument_fields.FIELDS["name_zh"].limit]
        message = gettext_noop("The Chinese name is missing; the English one stands in.")
        self.warn(None, english, "import.stands_in", message)

    def _find_what_publication_lacks(self) -> None:
        given = {*instrument_fields.ESSENTIAL, *instrument_fields.PRESET, *self.refused}
        lacking = [one for one in instrument_fields.missing_fields(self.values) if one.name not in given]
        if lacking:
            labels = tuple(Words(one.label) for one in lacking)
            message = gettext_noop("Publication also needs: {fields}.")
            self.warn(None, "", "import.incomplete", message, fields=labels)


def _repeated(row: SheetRow, name: str, first: int) -> SheetRow:
    message = gettext_noop("The same stands in row {row} already.")
    problem = Problem("import.repeated", message, {"row": first}, name)
    return add_problem(row, INSTRUMENTS, problem, str(row.values[name]))


def add_problem(row: SheetRow, kind: SheetKind, problem: Problem, value: str) -> SheetRow:
    """Return the row with one more problem, found by a lookup."""
    added = cell_problem(row.number, kind, row.columns, value, problem, problem.field or "")
    return replace(row, problems=(*row.problems, added))


def cell_problem(
    number: int,
    kind: SheetKind,
    columns: Mapping[str, RecognisedColumn],
    value: str,
    problem: Problem,
    name: str,
) -> SheetProblem:
    """Return a problem of a row's field with its cell."""
    column = columns.get(name)
    label = Words(kind.fields[name].label) if name in kind.fields else ""
    sentence = Sentence(problem.message, problem.params)
    heading = (column.heading if column else "") or label
    return _problem(number, column, heading, value, problem.code, sentence)


def _problem(
    number: int,
    column: RecognisedColumn | None,
    heading: str,
    value: str,
    code: str,
    reason: Sentence,
    *,
    warning: bool = False,
) -> SheetProblem:
    cell = cell_name(number, column.index) if column else ""
    return SheetProblem(number, heading, value[:100], code, reason, remedy(code), warning, cell)
