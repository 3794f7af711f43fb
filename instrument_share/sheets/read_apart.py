"""Read a workbook in a separate process; this file is also what that process runs.

A crafted workbook can make its reader exhaust the memory and die, which must not happen to the process that
serves requests. Nor must it get back more than it can hold: a few kilobytes of a file repeat one long text in
every cell.
"""

import io
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

MAX_MEMORY = 1024**3
MAX_SECONDS = 60
MAX_CELLS = 1_000_000
"""So many cells of a sheet may hold something."""
MAX_CHARACTERS = 10_000_000
"""So many characters its cells may hold together, a repeated text counted each time."""
MAX_ANSWER_BYTES = 128 * 1024**2
TOO_MUCH = 3
"""The exit code of a reader that met more than this; it is killed by a signal where it exceeds its memory."""


class ReadFailed(Exception):
    """The reader failed, or exceeded its time."""


class ReadTooMuch(Exception):
    """The sheet holds more cells or characters than are read, or its reader needed more memory."""


def read_in_subprocess(
    content: bytes,
) -> tuple[int, list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Return the index, cells and merged ranges of a workbook's first visible sheet.

    Raises ReadFailed and ReadTooMuch.
    """
    command = [sys.executable, "-P", __file__]
    try:
        with tempfile.TemporaryFile() as answer:
            done = subprocess.run(  # noqa: S603 - our own file
                command,
                input=content,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=MAX_SECONDS,
                check=False,
            )
            if done.returncode == TOO_MUCH or done.returncode < 0:
                raise ReadTooMuch
            if done.returncode:
                raise ReadFailed
            answer.seek(0)
            index, rows, merged = pickle.load(answer)  # noqa: S301 - written by the process below
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise ReadFailed from error
    return index, rows, merged


def take_rows(rows: Iterable[list[Any]], left: int) -> Iterator[list[Any]]:
    """Yield rows with `left` empty cells before them, and each text once in memory. Raises ReadTooMuch."""
    cells = characters = 0
    texts: dict[str, str] = {}
    for row in rows:
        for column, value in enumerate(row):
            if value == "":
                continue
            cells += 1
            if isinstance(value, str):
                characters += len(value)
                row[column] = texts.setdefault(value, value)
        if cells > MAX_CELLS or characters > MAX_CHARACTERS:
            raise ReadTooMuch
        yield [""] * left + row


def _answer() -> None:
    import resource

    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_ANSWER_BYTES, MAX_ANSWER_BYTES))
    with load_workbook(io.BytesIO(sys.stdin.buffer.read())) as workbook:
        shown = (
            index
            for index, sheet in enumerate(workbook.sheets_metadata)
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        )
        index = next(shown, 0)
        sheet = workbook.get_sheet_by_index(index)
        left = sheet.start[1] if sheet.start else 0
        found = index, list(take_rows(sheet.iter_rows(), left)), list(sheet.merged_cell_ranges or [])
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    try:
        _answer()
    except (ReadTooMuch, MemoryError):
        sys.exit(TOO_MUCH)
