"""The national table of instrument categories: six digits, three levels, in versions."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from instrument_share.kernel.errors import Invalid, Problem, gettext_noop

ROOT = "_root_"
COLUMNS = ("parent", "code", "name")
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class CategoryRow:
    """A category: six digits, its name, and the code above it ("" or "_root_" at the top)."""

    code: str
    name_zh: str
    parent: str = ""
    name_en: str = ""


class Fate(StrEnum):
    """What happens to a code in use when a new table is loaded."""

    KEPT = "kept"
    REDEFINED = "redefined"
    """It has another name, and perhaps another meaning: its instruments need a decision."""
    VANISHED = "vanished"


@dataclass(frozen=True)
class CategoryChange:
    """What a new table means for a code in use; `candidates` may replace a code that it no longer has."""

    code: str
    fate: Fate
    name_before: str
    name_after: str
    instruments: int
    candidates: Sequence[CategoryRow] = ()


def read_category_rows(lines: Iterable[str]) -> list[CategoryRow]:
    """Return the rows of a CSV with the columns parent, code, name and perhaps name_en. Raises Invalid."""
    reader = csv.DictReader(lines)
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        message = gettext_noop("The file needs the columns parent, code and name in its first line.")
        raise Invalid(problems=[Problem("category.columns", message)])
    return [
        CategoryRow(
            code=(row["code"] or "").strip(),
            name_zh=(row["name"] or "").strip(),
            parent=(row["parent"] or "").strip(),
            name_en=(row.get("name_en") or "").strip(),
        )
        for row in reader
    ]


def is_top(row: CategoryRow) -> bool:
    """Return whether the category is at the top of the table."""
    return row.parent in ("", ROOT)


def parent_code(code: str) -> str:
    """Return the code one level up, by its digits: 010304 → 010300 → 010000."""
    return f"{code[:2]}0000" if code.endswith("00") else f"{code[:4]}00"


def numbered_rows(rows: Iterable[CategoryRow]) -> list[tuple[int, CategoryRow]]:
    """Return the rows with their numbers.

    A row that is its own parent restates a category without finer division (019900 “other”); it is left out
    if the table has the category itself.
    """
    numbered = list(enumerate(rows, 1))
    others = {row.code for _number, row in numbered if row.parent != row.code}
    return [(number, row) for number, row in numbered if row.parent != row.code or row.code not in others]


def table_problems(rows: Sequence[tuple[int, CategoryRow]]) -> list[Problem]:
    """Return every problem of a table, each with the number of its row."""
    if not rows:
        return [Problem("category.empty", gettext_noop("The table has no rows. Check the file."))]
    first: dict[str, int] = {}
    for number, row in rows:
        first.setdefault(row.code, number)
    return [problem for number, row in rows for problem in _row_problems(number, row, first)]


def _row_problems(number: int, row: CategoryRow, first: Mapping[str, int]) -> Iterator[Problem]:
    if not (len(row.code) == 6 and row.code.isascii() and row.code.isdigit() and row.name_zh.strip()):
        message = gettext_noop("Row {row}: “{code}” needs six digits and a Chinese name.")
        yield Problem("category.row", message, {"row": number, "code": row.code})
        return
    if first[row.code] != number:
        message = gettext_noop("Row {row}: the code “{code}” stands in row {first} already.")
        params = {"row": number, "code": row.code, "first": first[row.code]}
        yield Problem("category.twice", message, params)
    if is_top(row):
        if not row.code.endswith("0000"):
            message = gettext_noop("Row {row}: “{code}” has no code above it, yet a top code ends in 0000.")
            yield Problem("category.level", message, {"row": number, "code": row.code})
    elif row.parent not in first:
        message = gettext_noop("Row {row}: the code above it, “{parent}”, is not in the table.")
        yield Problem("category.parent", message, {"row": number, "parent": row.parent})
    elif row.parent != parent_code(row.code):
        message = gettext_noop("Row {row}: “{code}” belongs below “{above}”, not below “{parent}”.")
        params = {"row": number, "code": row.code, "above": parent_code(row.code), "parent": row.parent}
        yield Problem("category.level", message, params)


def table_changes(
    used_codes: Mapping[str, tuple[str, int]], rows: Sequence[tuple[int, CategoryRow]]
) -> list[CategoryChange]:
    """Return what a table means for `used_codes` (code → name and number of instruments), by code."""
    table = {row.code: row for _number, row in rows}
    found = []
    for code, (name, count) in sorted(used_codes.items()):
        new = table.get(code)
        if new is None:
            found.append(
                CategoryChange(
                    code, Fate.VANISHED, name, "", count, replacement_candidates(code, name, table)
                )
            )
        else:
            fate = Fate.KEPT if new.name_zh == name else Fate.REDEFINED
            found.append(CategoryChange(code, fate, name, new.name_zh, count))
    return found


def replacement_candidates(code: str, name: str, table: Mapping[str, CategoryRow]) -> list[CategoryRow]:
    """Return possible replacements of a code: those of the same name, then its neighbours."""
    parents = {row.parent for row in table.values()}
    leaves = [row for row in table.values() if row.code not in parents]
    same = [row for row in leaves if row.name_zh == name]
    near = [row for row in leaves if row.code[:4] == code[:4] and row not in same]
    return [*same, *near][:MOST_CANDIDATES]
