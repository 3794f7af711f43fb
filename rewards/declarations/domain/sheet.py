"""A sheet of declared facts: one row for each fact of a unit or of its instrument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from instrument_share.kernel.cells import cell_text, find_heads, parse_day
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop
from instrument_share.kernel.money import FEN
from rewards.declarations.domain.facts import FactKind

UNIT, USCC, FACT, WHAT = "unit", "uscc", "fact", "what"
INSTRUMENT, FIGURE, EVIDENCE, VALID = "instrument", "figure", "evidence", "valid"
HEADS: Mapping[str, Sequence[str]] = {
    UNIT: ("管理单位", "unit"),
    USCC: ("统一社会信用代码", "social credit code"),
    FACT: ("申报事项", "declared fact"),
    WHAT: ("条件或等级", "condition or grade"),
    INSTRUMENT: (
        "仪器内部编号",
        "internal number of the instrument",
        "inner number of the instrument",
    ),
    FIGURE: ("数值", "figure"),
    EVIDENCE: ("证明文件", "proof"),
    VALID: ("有效期至", "valid through"),
}
"""What a column holds → how its head may read: in Chinese, in English, and as it once was."""
NEEDED = (USCC, FACT, EVIDENCE)
FILLED = (FIGURE, EVIDENCE, VALID)
"""A row in which all of these are empty declares nothing, unless it names a grade."""


class Known(NamedTuple):
    """What names in a sheet may mean: lower-case words, USCCs, internal numbers of a unit's instruments."""

    units: Mapping[str, int]
    kinds: Mapping[str, FactKind]
    codes: Mapping[tuple[FactKind, str], str]
    instruments: Mapping[tuple[str, str], str]


class WrongRow(NamedTuple):
    """A row that cannot be read: what it says, and what is wrong."""

    fact: str
    evidence: str
    problem: Problem


@dataclass(frozen=True)
class DeclaredRow:
    """A fact as a row of a sheet declares it."""

    row: int
    organization_id: int
    kind: FactKind
    code: str
    instrument: str
    figure: Decimal | None
    evidence: str
    valid_through: date | None

    @property
    def fact(self) -> tuple[Any, ...]:
        """What it is about: no two rows of a sheet may say it."""
        code = self.code if self.kind is FactKind.QUALIFICATION else ""
        return self.organization_id, self.kind, code, self.instrument


def read_fact_sheet(
    rows: Sequence[Sequence[Any]], known: Known
) -> tuple[list[DeclaredRow], dict[int, WrongRow]]:
    """Return the facts that a sheet declares, and what is wrong by row.

    Raises Invalid for a sheet without the columns that are needed.
    """
    table = find_heads(rows, HEADS, NEEDED)
    if table is None:
        names = "、".join(HEADS[what][0] for what in NEEDED)
        message = gettext_noop("The sheet needs a row of headings with at least these columns: {names}.")
        raise Invalid(problems=[Problem("reward.fact_sheet_heads", message, {"names": names}, "sheet")])
    head, places = table
    declared: dict[tuple[Any, ...], DeclaredRow] = {}
    wrong: dict[int, WrongRow] = {}
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        cells = {what: cell_text(row[at]) if at < len(row) else "" for what, at in places.items()}
        if not _is_filled(cells, known):
            continue
        try:
            one = _read(number, cells, known)
            if earlier := declared.get(one.fact):
                raise _RowWrong(gettext_noop("The same fact is in row {row}."), row=earlier.row)
            declared[one.fact] = one
        except _RowWrong as found:
            problem = Problem("reward.fact_row", found.message, found.params)
            wrong[number] = WrongRow(cells[FACT], cells[EVIDENCE], problem)
    return list(declared.values()), wrong


def _is_filled(cells: Mapping[str, str], known: Known) -> bool:
    """Return whether a row declares something; the sheet that is given out names conditions, but no grade."""
    is_grade = known.kinds.get(cells[FACT].lower()) is FactKind.GRADE
    return any(cells.get(what) for what in FILLED) or (is_grade and bool(cells.get(WHAT)))


def _read(number: int, cells: Mapping[str, str], known: Known) -> DeclaredRow:
    uscc, fact, what = cells[USCC], cells[FACT], cells.get(WHAT, "")
    if uscc not in known.units:
        raise _RowWrong(gettext_noop("“{uscc}” is not a unit for which you can declare facts."), uscc=uscc)
    if fact.lower() not in known.kinds:
        raise _RowWrong(gettext_noop("“{fact}” is not a fact that can be declared."), fact=fact)
    kind = known.kinds[fact.lower()]
    number_of = cells.get(INSTRUMENT, "")
    if kind.is_of_instrument and (uscc, number_of) not in known.instruments:
        raise _RowWrong(gettext_noop("The unit has no instrument “{number}”."), number=number_of)
    return DeclaredRow(
        row=number,
        organization_id=known.units[uscc],
        kind=kind,
        code=known.codes.get((kind, what.lower()), ""),
        instrument=known.instruments[uscc, number_of] if kind.is_of_instrument else "",
        figure=_figure(cells.get(FIGURE, "")),
        evidence=cells[EVIDENCE],
        valid_through=_day(cells.get(VALID, "")),
    )


class _RowWrong(Exception):
    def __init__(self, message: str, **params: Any) -> None:
        self.message, self.params = message, params
        super().__init__(message)


def _figure(text: str) -> Decimal | None:
    """Return the figure as it was written, and refuse one that no page could show in yuan and fen."""
    plain = text.replace(",", "").removeprefix("¥").removeprefix("￥")
    if not plain:
        return None
    try:
        figure = Decimal(plain)
        in_fen = figure.quantize(FEN)
    except InvalidOperation:
        in_fen = Decimal("NaN")
    if not in_fen.is_finite():
        raise _RowWrong(gettext_noop("“{text}” is not a number."), text=text)
    return figure


def _day(text: str) -> date | None:
    try:
        return parse_day(text) if text else None
    except ValueError:
        message = gettext_noop("“{day}” is not a date; write it as 2026-01-21.")
        raise _RowWrong(message, day=text) from None
