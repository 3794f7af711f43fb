"""Read uploaded sheets: CSV in common office encodings, and XLSX, with limits for both.

Of a workbook the first visible sheet counts. Nothing in a sheet is executed: a formula counts as its stored
value and is reported; text that looks like a formula stays text; macros are skipped. Limits are checked
before anything is unpacked into memory. A value merged over several rows of a column counts in each of them.
"""

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal

from instrument_share.apart import Failed, TookTooMuch
from instrument_share.kernel.errors import DomainError, gettext_noop
from instrument_share.kernel.wording import Words
from instrument_share.sheets.file_types import type_of_archive, type_of_other_file
from instrument_share.sheets.read_apart import (
    MAX_CELLS,
    MAX_CHARACTERS,
    ReadTooMuch,
    read_in_subprocess,
    take_rows,
)
from instrument_share.sheets.table import Cell, Table

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PARTS = 1000
MAX_MERGED_CELLS = MAX_ROWS * MAX_COLUMNS
"""So many cells get their value from another one. A few bytes of a file merge a column, once more each."""
CHUNK = 1 << 20
OVERLAP = 64
COMPRESSION_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Those of the format (ISO/IEC 29500-2). The others' dictionaries may ask for gigabytes."""
DELIMITERS = ",;\t"
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b]")
"""Characters that no text has: what holds them is no CSV, whatever its bytes can be decoded as."""
MAX_TAG_LENGTH = 512
FORMULA_AT = re.compile(rb"""<c\b[^>]{0,200}?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^>]{0,200}>\s*<f[\s/>]""")
ERROR_CELL = re.compile(
    rb"""(<c\b[^>]{0,200}\bt=["']e["'][^>]{0,200}>)(?:<f[^<]{0,200}</f>)?<v>(#[^<]{1,20})</v>"""
)
WHOLE_DAY_CELL = re.compile(rb"(<c\b[^>]{0,200}>)(?:<f[^<]{0,200}</f>)?<v>[0-9]{5}(?:\.0)?</v>")
STYLE = re.compile(rb"""\bs=["']([0-9]{1,5})["']""")
NUMBER_FORMAT = re.compile(rb"<numFmt\b[^>]{0,400}>")
FORMAT_NUMBER = re.compile(rb"""\bnumFmtId=["']([0-9]{1,9})["']""")
FORMAT_CODE = re.compile(rb"""\bformatCode=["']([^"']{0,300})["']""")
FORMAT_OF_STYLE = re.compile(rb"""<xf\b[^>]{0,400}?\bnumFmtId=["']([0-9]{1,9})["']""")
FORMAT_NOTES = re.compile(rb"\[[^\]]*\]|&quot;.*?&quot;")
"""Colours, languages and literal text in a format."""
BUILT_IN_DAY_AND_TIME = b"22"
ROW_TAG = re.compile(rb"<row\b[^>]{0,400}>")
ROW_NUMBER = re.compile(rb"""\br=["']([0-9]{1,7})["']""")
HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
SHEETS = re.compile(rb"""<(?:\w{1,20}:)?sheet\b[^>]{0,400}?\br:id=["']([^"']{1,200})["']""")
LINKS = re.compile(rb"<Relationship\b[^>]{0,400}>")
TARGET = re.compile(rb"""\bTarget=["']([^"']+)["']""")
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)\b")
CELL_AT = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,8})([0-9]{1,20})["']""")


class SheetTooLarge(DomainError):
    """A sheet beyond the limits."""

    code = "import.too_large"
    message = gettext_noop(
        "The sheet is too large: at most {megabytes} MB, {rows} rows and {columns} columns. Split it."
    )

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1024 // 1024, rows=MAX_ROWS, columns=MAX_COLUMNS)


class SheetTooFull(SheetTooLarge):
    """A sheet within the limits of size that holds too much, as the same long text in thousands of cells."""

    code = "import.too_full"
    message = gettext_noop(
        "The sheet holds too much: at most {cells} filled cells, with {characters} characters together. "
        "Split it, or delete columns that are not needed."
    )

    def __init__(self) -> None:
        DomainError.__init__(self, cells=Decimal(MAX_CELLS), characters=Decimal(MAX_CHARACTERS))


class SheetUnreadable(DomainError):
    """A file that is no readable sheet."""

    code = "import.unreadable"
    message = gettext_noop("The file can't be read as a sheet. Save it as .xlsx or as .csv and try again.")


class NotATable(SheetUnreadable):
    """A file of another type, which the message names."""

    code = "import.not_a_table"
    message = gettext_noop(
        "This file is not a table that can be read: it is {what}. Save the table as .xlsx or as .csv."
    )


def read_table(content: bytes) -> Table:
    """Read the first visible sheet of a file, whose type is detected from its content.

    Raises SheetTooLarge, SheetTooFull, NotATable and SheetUnreadable.
    """
    if len(content) > MAX_BYTES:
        raise SheetTooLarge
    if what := type_of_other_file(content):
        raise NotATable(what=Words(what))
    table = _read_xlsx(content) if content.startswith(b"PK") else Table(_read_csv(content))
    if len(table.rows) > MAX_ROWS + 1 or any(len(row) > MAX_COLUMNS for row in table.rows):
        raise SheetTooLarge
    return replace(table, sha256=hashlib.sha256(content).hexdigest())


def _read_csv(content: bytes) -> list[list[Cell]]:
    text = _decode(content)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    rows: list[list[Cell]] = []
    try:
        for row in take_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), left=0):
            rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                raise SheetTooLarge
    except ReadTooMuch:
        raise SheetTooFull from None
    except csv.Error:
        raise SheetUnreadable from None
    return rows


def _decode(content: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark (Excel's "Unicode text"), else GB 18030."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.search(text):
            return text
    raise SheetUnreadable


def _read_xlsx(content: bytes) -> Table:
    """Read the first visible sheet of a workbook that has passed `_check_archive`."""
    _check_archive(content)
    if what := type_of_archive(content):
        raise NotATable(what=Words(what))
    try:
        index, rows, merged = read_in_subprocess(content)
        marks = _scan_sheet(content, index)
        _take_marked(rows, marks)
        _fill_merged(rows, merged)
    except TookTooMuch:
        raise SheetTooFull from None
    except (Failed, OSError, ValueError, IndexError):
        raise SheetUnreadable from None
    return Table(rows, frozenset(marks.formulas), frozenset(marks.hidden))


def _take_marked(rows: list[list[Cell]], marks: "_SheetMarks") -> None:
    """Put errors into their cells, and midnights, which the reader takes for days without a time."""
    for row, column in {*marks.errors, *marks.with_time}:
        if row > len(rows) or column >= len(rows[row - 1]):
            continue
        cell = rows[row - 1][column]
        if error := marks.errors.get((row, column)):
            rows[row - 1][column] = error
        elif isinstance(cell, date) and not isinstance(cell, datetime):
            rows[row - 1][column] = datetime.combine(cell, time())


def _fill_merged(rows: list[list[Cell]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    filled = 0
    for (top, left), (bottom, right) in ranges:
        filled += max(0, min(bottom, len(rows)) - top)
        if filled > MAX_MERGED_CELLS:
            raise SheetTooLarge
        if left == right and top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


@dataclass
class _SheetMarks:
    """Cells (row, column from 0) and hidden rows, which the reader does not report.

    Those with formulas, with errors, and those with a whole day whose format shows a time besides.
    """

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    with_time: set[tuple[int, int]] = field(default_factory=set)


def _scan_sheet(content: bytes, index: int) -> _SheetMarks:
    found = _SheetMarks()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = _find_sheet(archive, index)
        if name is None:
            return found
        timed = _find_styles_with_time(archive)
        with archive.open(name) as file:
            before = b""
            while chunk := file.read(CHUNK):
                part = before + chunk
                for letters, row in FORMULA_AT.findall(part):
                    found.formulas.add((int(row), _column_number(letters) - 1))
                for tag, error in ERROR_CELL.findall(part):
                    if at := CELL_AT.search(tag):
                        found.errors[int(at[2]), _column_number(at[1]) - 1] = error.decode()
                for tag in WHOLE_DAY_CELL.findall(part) if timed else ():
                    style, at = STYLE.search(tag), CELL_AT.search(tag)
                    if style and at and int(style[1]) in timed:
                        found.with_time.add((int(at[2]), _column_number(at[1]) - 1))
                for tag in ROW_TAG.findall(part):
                    if HIDDEN.search(tag) and (number := ROW_NUMBER.search(tag)):
                        found.hidden.add(int(number[1]))
                if len(found.formulas) > MAX_CELLS:
                    raise ReadTooMuch
                before = part[-MAX_TAG_LENGTH:]
    return found


def _find_styles_with_time(archive: zipfile.ZipFile) -> set[int]:
    """Return the numbers of the workbook's styles whose cells show a day with a time."""
    try:
        styles = _read_small_part(archive, "xl/styles.xml")
    except KeyError:
        return set()
    timed = {BUILT_IN_DAY_AND_TIME}
    for tag in NUMBER_FORMAT.findall(styles):
        number, code = FORMAT_NUMBER.search(tag), FORMAT_CODE.search(tag)
        shown = FORMAT_NOTES.sub(b"", code[1]).lower() if code else b""
        if number and b"d" in shown and b"h" in shown:
            timed.add(number[1])
    of_cells = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    return {place for place, number in enumerate(FORMAT_OF_STYLE.findall(of_cells)) if number in timed}


def _find_sheet(archive: zipfile.ZipFile, index: int) -> str | None:
    """Return the name of the archive's part that holds the sheet."""
    try:
        book = _read_small_part(archive, "xl/workbook.xml")
        links = _read_small_part(archive, "xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    sheets = SHEETS.findall(book)
    wanted = b'"%s"' % sheets[index] if index < len(sheets) else None
    link = next((tag for tag in LINKS.findall(links) if wanted and wanted in tag), b"")
    target = TARGET.search(link)
    if target is None:
        return None
    path = target[1].decode().removeprefix("/").removeprefix("xl/")
    return f"xl/{path}" if f"xl/{path}" in archive.namelist() else None


def _read_small_part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(CHUNK)


def _check_archive(content: bytes) -> None:
    """Check the size and extent of every part, piece by piece, and refuse entity declarations.

    A cell at the far end of a sheet costs a few bytes here, but the memory of the whole area when read. The
    workbook decides which part is the sheet, so all parts are checked.
    """
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise SheetTooLarge
            for part in parts:
                for piece in _pieces(archive, part):
                    left -= len(piece)
                    if left < 0 or _reaches_too_far(piece):
                        raise SheetTooLarge
                    if DECLARES.search(piece):
                        raise SheetUnreadable
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise SheetUnreadable from None


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the unpacked part in pieces, each with the end of the previous one."""
    if part.compress_type not in COMPRESSION_METHODS:
        raise SheetUnreadable
    before = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            yield before + chunk
            before = chunk[-OVERLAP:]


def _reaches_too_far(xml: bytes) -> bool:
    return any(
        int(row) > MAX_ROWS + 1 or _column_number(letters) > MAX_COLUMNS
        for letters, row in CELL_AT.findall(xml)
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
