"""Tables of papers as spreadsheets: the same texts, figures as numbers, nothing executable."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from instrument_share.kernel.cells import FORMULA_PREFIXES, CsvLines, escape_formula

from .content import Table

NUMBER = re.compile(r"-?([1-9]\d{0,2}(,\d{3})+|0|[1-9]\d{0,14})(\.\d+)?", re.ASCII)
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MAX_COLUMN_WIDTH = 60
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def to_csv(table: Table) -> bytes:
    """Return a table as CSV in UTF-8 with a byte order mark, which Excel needs for Chinese.

    A text that a program might run as a formula gets an apostrophe in front.
    """
    lines = CsvLines()
    written = [lines.line([escape_formula(column.title) for column in table.columns])]
    for row in _rows(table):
        cells = [
            text if column.align == "right" and NUMBER.fullmatch(text) else escape_formula(text)
            for column, text in zip(table.columns, row, strict=True)
        ]
        written.append(lines.line(cells))
    return b"\xef\xbb\xbf" + "".join(written).encode()


def to_xlsx(sheets: Sequence[tuple[str, Table]], *, title: str, created_at: datetime) -> bytes:
    """Return a workbook with a named sheet for each table; same content and date, same bytes.

    Numbers in right-aligned columns become numbers with their decimals; everything else is text.
    """
    book = Workbook(write_only=True)
    moment = created_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.title, book.properties.creator = _clean_text(title), "instrument-share"
    book.properties.created = book.properties.modified = moment
    names: set[str] = set()
    for name, table in sheets:
        _fill(book.create_sheet(_sheet_name(name, names)), table)
    written = BytesIO()
    book.save(written)
    return _strip_dates(written.getvalue(), moment)


def _rows(table: Table) -> Sequence[Sequence[str]]:
    return [*table.rows, *([table.totals] if table.totals is not None else [])]


def _clean_text(text: str) -> str:
    return CONTROL_CHARACTERS.sub("", text)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a unique name of at most 31 characters, without those that workbooks forbid."""
    base = re.sub(r"[][:*?/\\]", " ", _clean_text(name)).strip("' ")[:31] or "Sheet"
    chosen, number = base, 1
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{base[: 31 - len(str(number)) - 1]} {number}"
    taken.add(chosen.casefold())
    return chosen


def _fill(sheet: WriteOnlyWorksheet, table: Table) -> None:
    rows = _rows(table)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns):
        texts = [column.title, *(row[number] for row in rows)]
        widest = max(sum(2 if ord(character) > 0x2E7F else 1 for character in text) for text in texts)
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(widest + 3, MAX_COLUMN_WIDTH)
    head = [_text(sheet, column.title) for column in table.columns]
    for cell in head:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF1F5")
    sheet.append(head)
    for row in rows:
        cells = [
            _number(sheet, text) if column.align == "right" and NUMBER.fullmatch(text) else _text(sheet, text)
            for column, text in zip(table.columns, row, strict=True)
        ]
        if row is table.totals:
            for cell in cells:
                cell.font = Font(bold=True)
        sheet.append(cells)


def _text(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _clean_text(text) or None)
    if cell.value:
        cell.data_type = "s"  # never a formula, whatever it starts with
    cell.quotePrefix = text.startswith(FORMULA_PREFIXES)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _number(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    plain = text.replace(",", "")
    cell = WriteOnlyCell(sheet, float(plain) if "." in plain else int(plain))
    decimals = len(plain.partition(".")[2])
    grouped = "#,##0" if "," in text else "0"
    cell.number_format = grouped + ("." + "0" * decimals if decimals else "")
    return cell


def _strip_dates(book: bytes, moment: datetime) -> bytes:
    """Return the workbook's archive without the time of writing."""
    target = BytesIO()
    stamp = f"{moment.isoformat()}Z".encode()
    with ZipFile(BytesIO(book)) as source, ZipFile(target, "w", ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = ZipInfo(name, ZIP_DATE)
            entry.compress_type = ZIP_DEFLATED
            out.writestr(entry, content)
    return target.getvalue()
