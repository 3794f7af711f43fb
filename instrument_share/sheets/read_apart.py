"""Read a workbook in a process of its own.

A crafted workbook can make its reader exhaust the memory and die, which must not happen to the process that
serves requests. Nor must it get back more than it can hold: a few kilobytes of a file repeat one long text in
every cell.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from instrument_share.apart import TookTooMuch, run_apart

MAX_CELLS = 1_000_000
"""So many cells of a sheet may hold something."""
MAX_CHARACTERS = 10_000_000
"""So many characters its cells may hold together, a repeated text counted each time."""
MAX_ROWS = 1_048_576
"""As many rows as a sheet of Excel or LibreOffice has; a crafted one claims more, and each takes memory."""
Read = tuple[int, list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]


class ReadTooMuch(TookTooMuch):
    """The sheet holds more rows, cells or characters than are read."""


def read_in_subprocess(content: bytes) -> Read:
    """Return the index, cells and merged ranges of a workbook's first visible sheet.

    Raises Failed and TookTooMuch.
    """
    return run_apart(read_workbook, content)


def take_rows(rows: Iterable[list[Any]], left: int) -> Iterator[list[Any]]:
    """Yield rows with `left` empty cells before them, and each text once in memory. Raises ReadTooMuch."""
    cells = characters = 0
    texts: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value == "":
                continue
            cells += 1
            if isinstance(value, str):
                characters += len(value)
                row[column] = texts.setdefault(value, value)
        if number > MAX_ROWS or cells > MAX_CELLS or characters > MAX_CHARACTERS:
            raise ReadTooMuch
        yield [""] * left + row


def read_workbook(content: bytes) -> Read:
    """Read it in this process; see `read_in_subprocess`."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    with load_workbook(io.BytesIO(content)) as workbook:
        shown = (
            index
            for index, sheet in enumerate(workbook.sheets_metadata)
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        )
        index = next(shown, 0)
        sheet = workbook.get_sheet_by_index(index)
        left = sheet.start[1] if sheet.start else 0
        return index, list(take_rows(sheet.iter_rows(), left)), list(sheet.merged_cell_ranges or [])
