"""Text in the cells of spreadsheets."""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

FORMULA_PREFIXES = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a text begins with that spreadsheet programs may carry out; full-width signs count in Chinese ones."""
SHOWN_DIGITS = ".15g"
"""Spreadsheets show 15 digits of a number and keep two more, which are not what was typed."""
TITLE_ROWS = 10
"""How many rows may stand above the heads, with the heads themselves."""


LINE_END = "\r\n"
OTHER_SEPARATORS = ";\t"
"""At which some spreadsheet programs divide a line too, unless the text is in quotation marks."""


class CsvLines:
    """Writes lines of CSV: cells between commas, in quotation marks where a program might divide them.

    Without these a name with a semicolon would move the sums behind it by a column, and begin a cell with
    whatever follows.
    """

    def __init__(self) -> None:
        # `csv` puts into quotation marks what contains any character of the line's end.
        self._writer = csv.writer(self, lineterminator=LINE_END + OTHER_SEPARATORS)

    def write(self, line: str) -> str:
        """Give back what `csv` writes."""
        return line.removesuffix(OTHER_SEPARATORS)

    def line(self, cells: Iterable[Any]) -> str:
        """Return a line with its end."""
        written: str = self._writer.writerow(cells)
        return written


def escape_formula(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet program could run, for CSV cells."""
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text


def find_heads(
    rows: Sequence[Sequence[Any]], heads: Mapping[str, Sequence[str]], needed: Collection[str]
) -> tuple[int, dict[str, int]] | None:
    """Return the row of the heads, which titles may stand above, and the place of each column.

    `heads`: what a column holds → how its head may read, in lower case. None where no row has the needed.
    """
    for number, row in enumerate(rows[:TITLE_ROWS]):
        texts = [cell_text(cell).lower() for cell in row]
        places = {
            what: next(texts.index(name) for name in names if name in texts)
            for what, names in heads.items()
            if any(name in texts for name in names)
        }
        if all(what in places for what in needed):
            return number, places
    return None


def cell_text(cell: Any) -> str:
    """Return a cell as text, a number as `number_text` does."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float):
        return number_text(cell)
    return "" if cell is None else str(cell).strip().removeprefix("'")


def number_text(number: float) -> str:
    """Return a number as its cell shows it; a whole one that a workbook holds as 6222.0 without its point."""
    return str(int(number)) if number.is_integer() else format(number, SHOWN_DIGITS)


def parse_day(text: str) -> date:
    """Return the day that 2026-01-21, 2026/1/21, 2026年1月21日 or 20260121 means. Raises ValueError."""
    digits = text.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日")
    parts = digits.split("-")
    return date(*map(int, parts)) if len(parts) == 3 else date.fromisoformat(digits)
