"""Read a workbook in a separate process; this file is also what that process runs.

A crafted workbook can make its reader exhaust the memory and die, which must not happen to the process that
serves requests.
"""

import io
import pickle
import subprocess
import sys
from typing import Any

MAX_MEMORY = 2 * 1024**3
MAX_SECONDS = 60


class ReadFailed(Exception):
    """The reader failed, or exceeded its memory or time."""


def read_in_subprocess(
    content: bytes,
) -> tuple[int, list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Return the index, cells and merged ranges of a workbook's first visible sheet. Raises ReadFailed."""
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=content, capture_output=True, timeout=MAX_SECONDS, check=True
        )
        index, rows, merged = pickle.loads(done.stdout)  # noqa: S301 - written by the process below
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise ReadFailed from error
    return index, rows, merged


def _answer() -> None:
    import resource

    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    with load_workbook(io.BytesIO(sys.stdin.buffer.read())) as workbook:
        shown = (
            index
            for index, sheet in enumerate(workbook.sheets_metadata)
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        )
        index = next(shown, 0)
        sheet = workbook.get_sheet_by_index(index)
        found = index, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    _answer()
