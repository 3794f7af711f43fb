"""Reading sheets that people send: CSV in the encodings that offices write, and XLSX; with limits for both.

A sheet is data and nothing in it is carried out: a formula counts as the value that was stored with it, and
text that looks like one stays text. Limits are checked before anything is unpacked into memory.
"""

import csv
import io
import re
import zipfile
import zlib

from python_calamine import CalamineError, load_workbook

from instrument_share.kernel.errors import DomainError, gettext_noop
from providers.domain.sheets import Cell, Table

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 1000
CHUNK = 1 << 20
DELIMITERS = ",;\t"
OLD_EXCEL = bytes.fromhex("D0CF11E0")
CELL_AT = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,4})([0-9]{1,8})["']""")


class SheetTooLarge(DomainError):
    code = "import.too_large"
    message = gettext_noop(
        "The sheet is too large: at most {megabytes} MB, {rows} rows and {columns} columns. Divide it."
    )

    def __init__(self) -> None:
        super().__init__(megabytes=MOST_BYTES // 1024 // 1024, rows=MOST_ROWS, columns=MOST_COLUMNS)


class SheetUnreadable(DomainError):
    code = "import.unreadable"
    message = gettext_noop("The file can't be read as a sheet. Save it as .xlsx or as .csv and try again.")


def read_table(content: bytes) -> Table:
    """The first sheet of a file, whatever it is called: its content says what it is.

    Raises SheetTooLarge and SheetUnreadable.
    """
    if len(content) > MOST_BYTES:
        raise SheetTooLarge
    if content.startswith(OLD_EXCEL):
        raise SheetUnreadable
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if len(rows) > MOST_ROWS + 1 or any(len(row) > MOST_COLUMNS for row in rows):
        raise SheetTooLarge
    return Table(rows)


def _csv(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(list(row))
            if len(rows) > MOST_ROWS + 1:
                raise SheetTooLarge
    except csv.Error:
        raise SheetUnreadable from None
    return rows


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it (Excel's "Unicode text"), else GB 18030."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise SheetUnreadable


def _xlsx(content: bytes) -> list[list[Cell]]:
    _check_archive(content)
    try:
        with load_workbook(io.BytesIO(content)) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError, IndexError):
        raise SheetUnreadable from None


def _check_archive(content: bytes) -> None:
    """Unpack piece by piece, keeping nothing: how much there is, and how far its cells reach.

    A cell at the far end of a sheet costs a few bytes here and the memory of the whole area where it is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise SheetTooLarge
            left = MOST_UNPACKED
            for part in parts:
                with archive.open(part) as file:
                    is_sheet = "worksheets/" in part.filename
                    end_of_last = b""
                    while chunk := file.read(CHUNK):
                        left -= len(chunk)
                        if left < 0 or (is_sheet and _reaches_too_far(end_of_last + chunk)):
                            raise SheetTooLarge
                        end_of_last = chunk[-64:]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise SheetUnreadable from None


def _reaches_too_far(xml: bytes) -> bool:
    return any(
        int(row) > MOST_ROWS + 1 or _column_number(letters) > MOST_COLUMNS
        for letters, row in CELL_AT.findall(xml)
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
