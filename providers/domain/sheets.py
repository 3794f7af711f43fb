"""A unit's own sheet of instruments: what each row says, or what is wrong with it.

Nothing here knows a particular sheet. Headings are recognised by our own words (`sheet_words`) or by the map
that a unit writes for its sheet (`sheet_maps`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from providers.domain import instruments as fields
from providers.domain.sheet_maps import SheetMap
from providers.domain.sheet_words import CHOICES, FOOTERS, known_headings, plain
from providers.domain.wording import WORDS

HEADING_ROWS = 10
"""The heading is looked for among so many rows at the top."""
JOINT = "；"
"""Between the parts of a field to which several columns belong."""

Cell = str | int | float | bool | date | datetime | time | timedelta | None


class HeadingMissing(DomainError):
    code = "import.heading_missing"
    message = gettext_noop(
        "No row of headings was found among the first {rows} rows. A sheet needs columns for the inner number"
        " and the name; where they are headed otherwise, write a map."
    )


@dataclass(frozen=True)
class Table:
    """Cells as they stand in the sheet; row 1 is the first."""

    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class SheetProblem:
    """One thing that is wrong with, or lacking in, a row; a warning doesn't keep the row out.

    `column` is the heading in the sheet, or our own label (`Words`) where there is no such column.
    """

    row: int
    column: str
    value: str
    code: str
    reason: Sentence
    remedy: Sentence
    warning: bool = False


@dataclass(frozen=True)
class SheetRow:
    """A row of the sheet: clean values by field, and what is wrong or lacking."""

    number: int
    values: Mapping[str, Any]
    problems: tuple[SheetProblem, ...]

    @property
    def usable(self) -> bool:
        return all(problem.warning for problem in self.problems)

    @property
    def inner_number(self) -> str:
        return str(self.values.get("inner_number", ""))


@dataclass(frozen=True)
class _Column:
    index: int
    heading: str
    field: str
    factor: Decimal | None = None


def sheet_rows(table: Table, mapping: SheetMap) -> list[SheetRow]:
    """Every row that means an instrument, in order. Raises HeadingMissing.

    Rows above the heading, empty rows, repeated headings and closing lines (合计, 填表人 …) are passed over.
    A draft needs an inner number and a name; the English name stands in for a Chinese one that is missing.
    """
    at, columns = _heading(table, mapping)
    heading = [plain(_text(cell)) for cell in table.rows[at]]
    found: list[SheetRow] = []
    first_with: dict[str, int] = {}
    for number, cells in enumerate(table.rows[at + 1 :], at + 2):
        texts = [_text(cell) for cell in cells]
        if not any(texts) or [plain(text) for text in texts] == heading or _is_footer(texts, columns):
            continue
        row = _row(number, cells, columns, mapping)
        repeated = first_with.setdefault(row.inner_number, number) if row.inner_number else number
        found.append(row if repeated == number else _repeated(row, columns, repeated))
    return found


def unknown_headings(table: Table, mapping: SheetMap) -> tuple[str, ...]:
    """Headings that belong to no field; their columns are left aside."""
    at, columns = _heading(table, mapping)
    taken = {column.index for column in columns}
    headings = enumerate(_text(cell) for cell in table.rows[at])
    return tuple(heading for index, heading in headings if heading and index not in taken)


def _heading(table: Table, mapping: SheetMap) -> tuple[int, list[_Column]]:
    """The row, among the first, in which most columns are recognised."""
    known = known_headings()
    best: tuple[int, list[_Column]] = (0, [])
    for at, cells in enumerate(table.rows[:HEADING_ROWS]):
        columns = list(_columns(cells, mapping, known))
        if len(columns) > len(best[1]):
            best = at, columns
    named = {column.field for column in best[1]} | mapping.constants.keys()
    if "inner_number" not in named or not named & {"name_zh", "name_en"}:
        raise HeadingMissing(rows=HEADING_ROWS)
    return best


def _columns(
    cells: Sequence[Cell], mapping: SheetMap, known: Mapping[str, tuple[str, Decimal | None]]
) -> Iterator[_Column]:
    mapped = {name for names in mapping.columns.values() for name in names}
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        heading = _text(cell)
        key = plain(heading)
        if key in mapping.columns:
            for name in mapping.columns[key]:
                yield _Column(index, heading, name, mapping.factors.get(name))
        elif key in known:
            name, factor = known[key]
            if name not in mapped and name not in taken:
                taken.add(name)
                yield _Column(index, heading, name, mapping.factors.get(name, factor))


def _is_footer(texts: Sequence[str], columns: Iterable[_Column]) -> bool:
    essential = [c.index for c in columns if c.field in ("inner_number", "name_zh", "name_en")]
    first = next(text for text in texts if text)
    closing = plain(first).startswith(tuple(plain(footer) for footer in FOOTERS))
    others = [index for index in essential if index < len(texts) and texts[index] not in ("", first)]
    return closing and not others


def _row(number: int, cells: Sequence[Cell], columns: Iterable[_Column], mapping: SheetMap) -> SheetRow:
    said: dict[str, list[tuple[_Column, Cell]]] = {}
    for column in columns:
        cell = cells[column.index] if column.index < len(cells) else None
        if _text(cell):
            said.setdefault(column.field, []).append((column, cell))
    row = _Reading(number)
    for name, preset in [*mapping.defaults.items(), *mapping.constants.items()]:
        row.take(name, "", preset)
    for name, parts in said.items():
        if name in mapping.constants:
            continue
        heading = JOINT.join(column.heading for column, _ in parts)
        try:
            row.take(name, heading, _meant(fields.FIELDS[name], parts, mapping))
        except fields.Unusable as unusable:
            row.refuse(name, heading, JOINT.join(_text(cell) for _, cell in parts), unusable.problem)
    row.let_english_name_stand_in()
    row.find_what_lacks()
    return SheetRow(number, row.values, tuple(row.problems))


class _Reading:
    """A row while it is read."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: dict[str, Any] = {}
        self.problems: list[SheetProblem] = []
        self.refused: set[str] = set()

    def take(self, name: str, heading: str, value: Any) -> None:
        clean, wrong = fields.checked({name: value})
        self.values.update(clean)
        for problem in wrong:
            self.refuse(name, heading, _text(value), problem)

    def refuse(self, name: str, heading: str, value: str, problem: Problem) -> None:
        self.refused.add(name)
        self.problems.append(_problem(self.number, heading, value, problem))

    def let_english_name_stand_in(self) -> None:
        """A draft without a Chinese name is called by its English one until it gets one."""
        english = self.values.get("name_en")
        if self.values.get("name_zh") or "name_zh" in self.refused or not english:
            return
        self.values["name_zh"] = english[: fields.FIELDS["name_zh"].limit]
        reason = Sentence(gettext_noop("The Chinese name is missing; the English one stands in."))
        remedy = Sentence(gettext_noop("Enter the Chinese name before you submit the draft."))
        self.problems.append(
            SheetProblem(self.number, "", english, "import.stands_in", reason, remedy, warning=True)
        )

    def find_what_lacks(self) -> None:
        for name in fields.ESSENTIAL:
            if not self.values.get(name) and name not in self.refused:
                label = Words(fields.FIELDS[name].label)
                reason = Sentence(gettext_noop("“{field}” is missing."), {"field": label})
                remedy = Sentence(NOT_EVEN_A_DRAFT)
                self.problems.append(SheetProblem(self.number, label, "", "import.essential", reason, remedy))
        given = {*fields.ESSENTIAL, *fields.PRESET, *self.refused}
        lacking = [one for one in fields.missing(self.values) if one.name not in given]
        if lacking:
            labels = tuple(Words(one.label) for one in lacking)
            reason = Sentence(gettext_noop("Publication also needs: {fields}."), {"fields": labels})
            remedy = Sentence(gettext_noop("The row arrives as a draft. Complete it before you submit it."))
            self.problems.append(
                SheetProblem(self.number, "", "", "import.incomplete", reason, remedy, warning=True)
            )


def _meant(of: fields.Field, parts: Sequence[tuple[_Column, Cell]], mapping: SheetMap) -> Any:
    """What the cells of a field mean: through the map's words, ours, dates and factors."""
    if len(parts) > 1:
        return JOINT.join(dict.fromkeys(_text(cell) for _, cell in parts))
    (column, cell) = parts[0]
    words = {**_our_words(of), **mapping.values.get(of.name, {})}
    key = plain(_text(cell))
    if key in words:
        return words[key]
    if of.kind == "date":
        return _date(of, cell, mapping.dates.get(of.name, ()))
    if of.kind == "money" and column.factor is not None:
        return _multiplied(of, cell, column.factor)
    if of.kind == "category":
        return _text(cell).zfill(6)  # a leading zero is lost where the column holds numbers
    return _text(cell)


def _our_words(of: fields.Field) -> dict[str, str]:
    """How a choice may be worded without a map: its code, our English and the national platform's Chinese."""
    words = dict(CHOICES.get(of.name, {}))
    if of.choices is not None:
        for choice in of.choices:
            words |= {plain(choice): choice.value, plain(WORDS[of.choices][choice]): choice.value}
    return words


def _date(of: fields.Field, cell: Cell, formats: Iterable[str]) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    for form in formats:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]00:00(?::00)?)?", text)
    digits = re.fullmatch(r"((?:19|20)\d{2})(\d{2})(\d{2})", text)
    try:
        if match := parts or digits:
            year, month, day = match.groups()
            return date(int(year), int(month), int(day or 1))
    except ValueError:
        pass
    message = gettext_noop("“{value}” is not a date.")
    raise fields.Unusable(Problem("instrument.date", message, {"value": text}, of.name))


def _multiplied(of: fields.Field, cell: Cell, factor: Decimal) -> Decimal:
    try:
        return Decimal(re.sub(r"[,，\s¥￥]", "", _text(cell))) * factor
    except InvalidOperation:
        message = gettext_noop("“{value}” is not a number.")
        raise fields.Unusable(
            Problem("instrument.number", message, {"value": _text(cell)}, of.name)
        ) from None


def _repeated(row: SheetRow, columns: Iterable[_Column], first: int) -> SheetRow:
    heading = next((column.heading for column in columns if column.field == "inner_number"), "")
    reason = Sentence(gettext_noop("The inner number stands in row {row} already."), {"row": first})
    remedy = Sentence(gettext_noop("Give each instrument a number of its own, or take one of the rows out."))
    problem = SheetProblem(row.number, heading, row.inner_number, "import.repeated", reason, remedy)
    return SheetRow(row.number, row.values, (*row.problems, problem))


NOT_EVEN_A_DRAFT = gettext_noop("Fill it in; without it nothing can be entered, not even a draft.")
_REMEDIES = {
    "instrument.too_long": gettext_noop("Shorten it in the sheet."),
    "instrument.choice": gettext_noop("Use one of the choices, or say in the map which one is meant."),
    "instrument.date": gettext_noop("Write it as 2026-03-05, or name its format in the map."),
    "instrument.number": gettext_noop("Write digits only, without words or units."),
    "instrument.country": gettext_noop("Write the country's code, or say in the map which one is meant."),
    "instrument.category": gettext_noop(
        "Write the code of six digits, or say in the map which one is meant."
    ),
    "instrument.category_unknown": gettext_noop("Look the code up in the category table in use."),
    "instrument.essential": NOT_EVEN_A_DRAFT,
}
_CORRECT = gettext_noop("Correct it in the sheet.")


def problem_in_row(row: SheetRow, problem: Problem, value: str) -> SheetRow:
    """The row with one more problem, found by who can look things up."""
    return SheetRow(row.number, row.values, (*row.problems, _problem(row.number, "", value, problem)))


def _problem(number: int, heading: str, value: str, problem: Problem) -> SheetProblem:
    of = fields.FIELDS.get(problem.field or "")
    return SheetProblem(
        number,
        heading or (Words(of.label) if of else ""),
        value[:100],
        problem.code,
        Sentence(problem.message, problem.params),
        Sentence(_REMEDIES.get(problem.code, _CORRECT)),
    )


def _text(cell: Any) -> str:
    """A cell as people read it: whole numbers without a point, dates as dates, no blanks around."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return str(cell).strip()
