"""Problems of a sheet, each with its cell, its reason and its remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from instrument_share.kernel.errors import Problem
from instrument_share.kernel.wording import Sentence, Words
from providers.exchange.domain.sheets.remedies import remedy
from providers.exchange.domain.sheets.sheet_types import SheetKind

MAX_SHOWN = 100
"""So many characters of a cell, or of what a map says for it, stand in a problem."""
UNKNOWN_WORDS = ("choice", "country", "category", "word_left_out")
"""Ends of codes of problems with a word that the list of its field lacks."""


@dataclass(frozen=True)
class SheetProblem:
    """A problem of a row; a warning does not exclude the row.

    `column` is the heading in the sheet, or our label (`Words`) if it has no such column. `cell` is its
    address (`C7`), empty if there is none. `word` is one that the list of `field` lacks.
    """

    row: int
    column: str
    value: str
    code: str
    reason: Sentence
    remedy: Sentence
    warning: bool = False
    cell: str = ""
    field: str = ""
    word: str = ""


@dataclass(frozen=True)
class RecognisedColumn:
    """A column of the sheet and its field; `factor` is for money in another unit."""

    index: int
    heading: str
    field: str
    factor: Decimal | None = None


def cell_name(row: int, index: int) -> str:
    """Return the name of a cell: `C7` for row 7 and column 2 (from 0)."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def cell_problem(
    number: int,
    kind: SheetKind,
    columns: Mapping[str, RecognisedColumn],
    value: str,
    problem: Problem,
    name: str,
    *,
    warning: bool = False,
) -> SheetProblem:
    """Return a problem of a row's field with its cell."""
    column = columns.get(name)
    label = Words(kind.fields[name].label) if name in kind.fields else ""
    sentence = Sentence(problem.message, _with_short_value(problem.params))
    heading = (column.heading if column else "") or label
    told = row_problem(number, column, heading, value, problem.code, sentence, warning=warning)
    is_word = problem.code.rpartition(".")[2] in UNKNOWN_WORDS
    return replace(told, field=name, word=str(problem.params["value"]) if is_word else "")


def _with_short_value(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters with a text as it is shown; a map's text stands in each row that has its word."""
    value = params.get("value")
    return {**params, "value": value[:MAX_SHOWN]} if type(value) is str else params


def row_problem(
    number: int,
    column: RecognisedColumn | None,
    heading: str,
    value: str,
    code: str,
    reason: Sentence,
    *,
    warning: bool = False,
) -> SheetProblem:
    """Return a problem of a row with the cell of a column, if it has one."""
    cell = cell_name(number, column.index) if column else ""
    return SheetProblem(number, heading, value[:MAX_SHOWN], code, reason, remedy(code), warning, cell)
