"""Read a row of a sheet: its cells by field, with the problems of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from instrument_share.sheets.table import Cell, Table
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.problems import (
    RecognisedColumn,
    SheetProblem,
    cell_name,
    cell_problem,
    row_problem,
)
from providers.exchange.domain.sheets.sheet_types import MISSING, SheetKind, SheetKindName
from providers.exchange.domain.sheets.values import cell_text, choice_words, is_serial, parse_cell
from providers.instruments.domain import fields as instrument_fields
from providers.instruments.domain.fields import Unusable

JOINED = ("text", "several", "subjects", "weekdays")
"""Kinds of fields to which several columns may belong."""
JOINT = "；"
"""Between the parts of a field to which several columns belong."""
FORMULA = gettext_noop("The cell holds a formula; the value that was stored with it counts.")
EMPTY_FORMULA = gettext_noop("The cell holds a formula without a stored value; it counts as empty.")
HIDDEN = gettext_noop("The row is hidden in the sheet; it counts like the others.")
SEVERAL_COLUMNS = gettext_noop("“{field}” holds one value, but {cells} say different things.")
WORD_LEFT_OUT = gettext_noop("“{value}” is not one of the choices of “{field}”; the cell is left out.")
NO_ENTRY = gettext_noop("The row has none of these: {fields}.")
SERIAL = gettext_noop("The cell holds Excel's number of a day; it is read as {date}.")
SHORTENED = gettext_noop(
    "“{field}” can have at most {limit} characters. It is cut; the whole text is in “{other}”."
)
ELLIPSIS = "…"


@dataclass(frozen=True)
class SheetRow:
    """A row of the sheet: clean values and columns by field, and problems."""

    number: int
    values: Mapping[str, Any]
    problems: tuple[SheetProblem, ...] = ()
    columns: Mapping[str, RecognisedColumn] = field(default_factory=dict)
    """Field → its first column, where the sheet has one."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Field → what its cells say, or the map for them."""

    @property
    def usable(self) -> bool:
        return all(problem.warning for problem in self.problems)

    @property
    def inner_number(self) -> str:
        return str(self.values.get("inner_number", ""))


def read_row(
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
        row.texts[name] = cell_text(preset)
        row.take(name, preset)
    for name, parts in parts_by_field.items():
        if name not in mapping.constants:
            row.read(name, parts, mapping)
    row.shorten(mapping)
    row.finish()
    if number in table.hidden:
        row.warn(None, "", "import.hidden", HIDDEN)
    return SheetRow(number, row.values, tuple(row.problems), row.columns, row.texts)


def add_problem(row: SheetRow, kind: SheetKind, problem: Problem, *, warning: bool = False) -> SheetRow:
    """Return the row with one more problem, found by a lookup, beside what the cell says."""
    name = problem.field or ""
    value = row.texts.get(name, "")
    added = cell_problem(row.number, kind, row.columns, value, problem, name, warning=warning)
    return replace(row, problems=(*row.problems, added))


@dataclass
class _Reading:
    """The state of a row while it is read."""

    number: int
    kind: SheetKind
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    columns: dict[str, RecognisedColumn] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    """Texts that are too long for their field, and are to be cut by the map."""

    def read(self, name: str, parts: Sequence[tuple[RecognisedColumn, Cell]], mapping: SheetMap) -> None:
        """Read a field's cells through the map's words, our words, dates and factors."""
        of, joined = self.kind.fields[name], JOINT.join(cell_text(cell) for _, cell in parts)
        self.texts[name] = joined
        different = {cell_text(cell): (column, cell) for column, cell in reversed(parts)}
        if len(different) > 1 and of.kind not in JOINED:
            params = {"field": Words(of.label), "cells": self._names(parts)}
            self.refuse(name, joined, Problem("import.several_columns", SEVERAL_COLUMNS, params, name))
            return
        column, cell = parts[0]
        if len(different) > 1:
            cell = JOINT.join(reversed(different))
        try:
            value = parse_cell(
                of,
                cell,
                prefix=self.kind.prefix,
                words={**choice_words(of), **mapping.values.get(name, {})},
                dates=mapping.dates.get(name, ()),
                factor=column.factor,
            )
        except Unusable as unusable:
            self._leave_out_or_refuse(name, joined, unusable.problem)
            return
        if is_serial(of, cell):
            self.warn(column, joined, "import.serial_date", SERIAL, date=value)
        if name in mapping.shorten and of.limit and len(" ".join(str(value).split())) > of.limit:
            self.whole[name] = str(value)
            value = " ".join(str(value).split())[: of.limit - 1] + ELLIPSIS
        self.take(name, value, joined)

    def _names(self, parts: Sequence[tuple[RecognisedColumn, Cell]]) -> tuple[str, ...]:
        return tuple(cell_name(self.number, column.index) for column, _cell in parts)

    def _leave_out_or_refuse(self, name: str, said: str, problem: Problem) -> None:
        """Leave out a cell with an unknown word where the row does without it, else refuse the row."""
        of = self.kind.fields[name]
        if not (self.kind.leaves_out_words and of.kind == "choice" and problem.code.endswith(".choice")):
            self.refuse(name, said, problem)
            return
        told = Problem("import.word_left_out", WORD_LEFT_OUT, problem.params, name)
        self.problems.append(
            cell_problem(self.number, self.kind, self.columns, said, told, name, warning=True)
        )

    def take(self, name: str, value: Any, said: str = "") -> None:
        """Keep a value as the field holds it, or refuse the row with its problems."""
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
        """Add a problem of a field, which excludes the row."""
        self.refused.add(name)
        self.problems.append(cell_problem(self.number, self.kind, self.columns, value, problem, name))

    def warn(
        self, column: RecognisedColumn | None, value: str, code: str, message: str, **params: Any
    ) -> None:
        """Add a note that doesn't exclude the row."""
        heading = column.heading if column else ""
        sentence = Sentence(message, params)
        self.problems.append(row_problem(self.number, column, heading, value, code, sentence, warning=True))

    def finish(self) -> None:
        """Add problems for missing essential fields and, for instruments, for publication."""
        if self.kind.name is SheetKindName.INSTRUMENTS:
            self._let_english_name_stand_in()
        lacking = [
            group
            for group in self.kind.essential
            if all(self.values.get(one) in (None, "", []) and one not in self.refused for one in group)
        ]
        if len(lacking) == len(self.kind.essential) > 1:
            self._refuse_without_essentials([self._main_field(group) for group in lacking])
            return
        for name in map(self._main_field, lacking):
            params = {"field": Words(self.kind.fields[name].label)}
            self.refuse(name, "", Problem("import.essential", MISSING, params, name))
        if self.kind.name is SheetKindName.INSTRUMENTS:
            self._find_what_publication_lacks()

    def _main_field(self, group: Sequence[str]) -> str:
        return next((one for one in group if self.kind.fields[one].needed), group[0])

    def _refuse_without_essentials(self, names: Sequence[str]) -> None:
        """Say once that the row has nothing of what makes an entry, whatever else stands in it."""
        labels = tuple(Words(self.kind.fields[name].label) for name in names)
        self.problems.clear()
        self.refuse(names[0], "", Problem("import.no_entry", NO_ENTRY, {"fields": labels}, names[0]))

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
