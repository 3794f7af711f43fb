"""Reading a workbook in a process of its own; this file is what that process runs.

A workbook can be made so that its reader asks for more memory than there is, and then the process in which it
runs ends at once. That must not be the one that answers everybody's requests.
"""

import io
import pickle
import subprocess
import sys
from typing import Any

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 60


class NotRead(Exception):
    """The reader failed, or asked for too much."""


def read_apart(content: bytes) -> tuple[list[list[Any]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    """The cells of a workbook's first sheet, and its merged ranges. Raises NotRead."""
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=content, capture_output=True, timeout=MOST_SECONDS, check=True
        )
        rows, merged = pickle.loads(done.stdout)  # noqa: S301 - written by the process below
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise NotRead from error
    return rows, merged


def _answer() -> None:
    import resource

    from python_calamine import load_workbook

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with load_workbook(io.BytesIO(sys.stdin.buffer.read())) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        found = sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    _answer()
