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
) -> tuple[list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Return the cells and merged ranges of a workbook's first sheet. Raises ReadFailed."""
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=content, capture_output=True, timeout=MAX_SECONDS, check=True
        )
        rows, merged = pickle.loads(done.stdout)  # noqa: S301 - written by the process below
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise ReadFailed from error
    return rows, merged


def _answer() -> None:
    import resource

    from python_calamine import load_workbook

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    with load_workbook(io.BytesIO(sys.stdin.buffer.read())) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        found = sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    _answer()
