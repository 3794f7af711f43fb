"""Files of an import: templates, and the uploaded sheet with its problems marked."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from instrument_share.kernel.wording import Words
from instrument_share.sheets.table import Cell, Table
from instrument_share.web.responses.exports import MARK
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import in_english, join_sentences
from providers.exchange.domain.sheets.problems import SheetProblem, cell_name
from providers.exchange.domain.sheets.sheet_types import SheetField, SheetKind
from providers.exchange.domain.sheets.values import WHOLE, offered_words
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.subjects import SUBJECTS

ROWS = 2000
"""Rows of a template that have lists."""
TEXT, MONEY = "@", "0.00"
FORMATS: Mapping[str, str] = {"date": TEXT, "money": MONEY, **dict.fromkeys(WHOLE, "0"), "hours": "General"}
HEAD_FILL = PatternFill("solid", fgColor="E6EEF8")
NEEDED_FILL = PatternFill("solid", fgColor="FFF1CC")
ERROR_FILL = PatternFill("solid", fgColor="F8C9C4")
WARNING_FILL = PatternFill("solid", fgColor="FFF1CC")
LISTS = "lists"
OPEN_LISTS = ("several", "weekdays", "subjects")
"""Of these more than one may be named, so that a list proposes and doesn't refuse."""
WEEKDAYS_ZH = ("周一至周五", "每天", "周末", "周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon-Fri", "every day", "weekend", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COMMENT_SIZE = {"width": 320, "height": 150}
AUTHOR = "instrument-share"

PROBLEM_HEADS = (
    gettext_lazy("Cell"),
    gettext_lazy("Row"),
    gettext_lazy("Column"),
    gettext_lazy("Value"),
    gettext_lazy("What is wrong"),
    gettext_lazy("What to do"),
)
Categories = Sequence[tuple[str, str, str]]
"""Code, Chinese and English name, as the table in use has them."""


def template_xlsx(kind: SheetKind, categories: Categories) -> bytes:
    """Return a workbook with notes on headings, drop-down lists, examples and instructions."""
    book = Workbook()
    fill = book.active
    assert isinstance(fill, Worksheet)
    fill.title = _("Fill in here")
    examples = book.create_sheet(_("Filled examples"))
    _how_to(book.create_sheet(_("How to fill it in")), kind)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    fields = list(kind.fields.values())
    for column, of in enumerate(fields, 1):
        letter = get_column_letter(column)
        for sheet in (fill, examples):
            _head(sheet, column, of)
        fill.column_dimensions[letter].number_format = FORMATS.get(of.kind, TEXT)
        if words := template_choices(of, categories):
            _offer(book, lists, fill, letter, of, words)
    for row, example in enumerate(template_examples(kind), 2):
        for column, of in enumerate(fields, 1):
            examples.cell(row, column, _example_shown(of, example, categories)).number_format = TEXT
    for sheet in (fill, examples):
        sheet.freeze_panes = "A2"
        sheet.row_dimensions[1].height = 34
    return _written(book)


def template_csv(kind: SheetKind) -> bytes:
    """Return the headings and one example row as CSV, with a BOM for Excel."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([template_heading(of) for of in kind.fields.values()])
    example = template_examples(kind)[0]
    writer.writerow([_example_shown(of, example, ()) for of in kind.fields.values()])
    return (MARK + target.getvalue()).encode()


def marked_xlsx(table: Table, problems: Sequence[SheetProblem]) -> bytes:
    """Return the uploaded sheet as values, faulty cells coloured and commented, with a list of problems."""
    book = Workbook(write_only=True)
    sheet, listed = book.create_sheet(_("Your sheet")), book.create_sheet(_("Problems"))
    at: dict[str, list[SheetProblem]] = defaultdict(list)
    for problem in problems:
        at[problem.cell or cell_name(problem.row, 0)].append(problem)
    for number, cells in enumerate(table.rows, 1):
        sheet.append([_marked(sheet, cell, at.get(cell_name(number, i), ())) for i, cell in enumerate(cells)])
    listed.append([_text(listed, str(head)) for head in PROBLEM_HEADS])
    for problem in problems:
        listed.append([_text(listed, str(value)) for value in problem_cells(problem)])
    return _written(book)


def problem_cells(problem: SheetProblem) -> list[Any]:
    """Return a problem as a table row in the reader's language."""
    return [
        problem.cell,
        problem.row,
        told("{word}", {"word": problem.column}),
        problem.value,
        told(problem.reason.message, problem.reason.params),
        told(problem.remedy.message, problem.remedy.params),
    ]


def template_heading(field: SheetField) -> str:
    """Return the heading of a column in the template; * marks required ones."""
    text = (
        field.headings[0] if field.headings and not in_english() else told("{w}", {"w": Words(field.label)})
    )
    return f"{text}*" if field.needed else text


def template_examples(kind: SheetKind) -> list[Mapping[str, str]]:
    """Return the example rows in the reader's language."""
    return [{**zh, **en} if in_english() else zh for zh, en in kind.examples]


def _example_shown(field: SheetField, example: Mapping[str, str], categories: Categories) -> str:
    """Return an example; a category gets its code in the current table, if any."""
    given = example.get(field.name, "")
    if field.kind != "category":
        return given
    offered_here = zip(categories, template_choices(field, categories), strict=True)
    return next((shown for (_code, zh, _en), shown in offered_here if zh == given), "")


def template_choices(field: SheetField, categories: Categories) -> list[str]:
    """Return the words of a list field for the template; none for other fields."""
    chinese = not in_english()
    match field.kind:
        case "flag":
            return ["是", "否"] if chinese else ["yes", "no"]
        case "weekdays":
            return list(WEEKDAYS_ZH if chinese else WEEKDAYS_EN)
        case "country":
            return [f"{code} {names[0 if chinese else 1]}" for code, names in COUNTRIES.items()]
        case "category":
            return [f"{code} {zh if chinese or not en else en}" for code, zh, en in categories]
        case "subjects":
            return [f"{code} {names[0 if chinese else 1]}" for code, names in SUBJECTS.items()]
    words = field.words if chinese or not field.english else field.english
    return offered_words(words)


def _head(sheet: Worksheet, column: int, field: SheetField) -> None:
    cell = sheet.cell(1, column, template_heading(field))
    cell.font, cell.fill = Font(bold=True), NEEDED_FILL if field.needed else HEAD_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.comment = Comment(_note(field), AUTHOR, **COMMENT_SIZE)
    sheet.column_dimensions[get_column_letter(column)].width = 28 if (field.limit or 0) > 100 else 18


def _note(field: SheetField) -> str:
    """Return a column's content, limits and an example."""
    return "\n".join(line for line in (told("{w}", {"w": Words(field.label)}), *_limits(field)) if line)


def _limits(field: SheetField) -> Iterable[str]:
    yield told("{w}", {"w": Words(field.hint)}) if field.hint else ""
    yield _("Needed.") if field.needed else ""
    yield _("At most %(limit)s characters.") % {"limit": field.limit} if field.limit else ""
    if field.least is not None and field.most is not None:
        yield _("From %(least)s to %(most)s.") % {"least": field.least, "most": field.most}
    yield _("Choose from the list.") if field.is_list else ""
    yield _("Several may be named.") if field.kind in OPEN_LISTS else ""


def _offer(
    book: Workbook, lists: Worksheet, fill: Worksheet, letter: str, field: SheetField, words: Sequence[str]
) -> None:
    """Add a drop-down list; its words are on the hidden sheet as a named range."""
    column = lists.max_column + 1 if lists.cell(1, 1).value else 1
    lists.cell(1, column, field.name)
    for row, word in enumerate(words, 2):
        lists.cell(row, column, word)
    at = get_column_letter(column)
    name = f"list_{field.name}"
    book.defined_names[name] = DefinedName(
        name, attr_text=f"{quote_sheetname(LISTS)}!${at}$2:${at}${len(words) + 1}"
    )
    rule = DataValidation(type="list", formula1=f"={name}", allow_blank=True)
    rule.showErrorMessage = field.kind not in OPEN_LISTS
    rule.errorTitle, rule.error = _("Not in the list"), _("Choose one of the words of the list.")
    rule.add(f"{letter}2:{letter}{ROWS + 1}")
    fill.add_data_validation(rule)


def _how_to(sheet: Worksheet, kind: SheetKind) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 90
    sheet.append([told("{w}", {"w": Words(kind.label)})])
    sheet["A1"].font = Font(bold=True, size=14)
    for step in kind.steps:
        sheet.append([told("{w}", {"w": Words(step)})])
    sheet.append([_("Keep the row of headings. The other sheets of this file aren't read.")])
    sheet.append([_("Write dates as 2026-03-05 and times as 09:00.")])
    sheet.append([])
    first = sheet.max_row + 1
    for of in kind.fields.values():
        sheet.append([template_heading(of), join_sentences(line for line in _limits(of) if line)])
        sheet.cell(sheet.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    for row in range(first, sheet.max_row + 1):
        sheet.cell(row, 1).font = Font(bold=True)


def _marked(sheet: Any, value: Cell, problems: Sequence[SheetProblem]) -> WriteOnlyCell:
    cell = _plain(sheet, value)
    if problems:
        only_warnings = all(problem.warning for problem in problems)
        cell.fill = WARNING_FILL if only_warnings else ERROR_FILL
        lines = (
            join_sentences(told(said.message, said.params) for said in (one.reason, one.remedy))
            for one in problems
        )
        cell.comment = Comment("\n".join(lines), AUTHOR, **COMMENT_SIZE)
    return cell


def _plain(sheet: Any, value: Cell) -> WriteOnlyCell:
    if isinstance(value, timedelta):
        value = str(value)
    if isinstance(value, int | float | bool | date | datetime | time):
        return WriteOnlyCell(sheet, value)
    return _text(sheet, value or "")


def _text(sheet: Any, text: str) -> WriteOnlyCell:
    shown = "".join(one for one in text if one.isprintable() or one in "\t\n")[:32_000]
    cell = WriteOnlyCell(sheet, shown or None)
    if shown:
        cell.data_type = "s"  # never a formula, whatever it starts with
    return cell


def _written(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
