"""Read the public holidays of a year from a list with one day in each row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from providers.terms.domain.choices import DayKind
from providers.terms.domain.special_days import Day

FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
KINDS = {
    **dict.fromkeys(
        ("holiday", "public holiday", "off", "休", "放假", "休息", "节假日", "法定节假日"), DayKind.HOLIDAY
    ),
    **dict.fromkeys(("workday", "work", "班", "上班", "补班", "调休", "调休上班", "工作日"), DayKind.WORKDAY),
}
SATURDAY = 5


def parse_days(rows: Iterable[Sequence[Any]]) -> tuple[list[Day], list[Problem]]:
    """Return the days of a list and the problems of its rows, by row number.

    The columns are the date, the kind of day, and its name. Headings and empty rows are skipped.
    """
    days: list[Day] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        cells = [*row, "", "", ""][:3]
        if not any(_text(cell) for cell in cells) or (number == 1 and _is_heading(cells)):
            continue
        on, kind = _date(cells[0]), KINDS.get(_text(cells[1]).lower())
        problems += _problems_of_row(number, cells, on, kind)
        if on is not None and kind is not None:
            days.append(Day(on, kind, _text(cells[2])))
    return days, problems


def _problems_of_row(
    number: int, cells: Sequence[Any], on: date | None, kind: DayKind | None
) -> Iterator[Problem]:
    if on is None and not any(_text(cell) for cell in cells[1:]):
        message = gettext_noop("Row {row}: “{value}” has no kind. Separate date, kind and name by commas.")
        yield Problem("calendar.row_commas", message, {"row": number, "value": _text(cells[0])}, "rows")
        return
    if on is None:
        message = gettext_noop("Row {row}: “{value}” is not a date. Write it as 2026-10-01.")
        yield Problem("calendar.row_date", message, {"row": number, "value": _text(cells[0])}, "rows")
    if kind is None:
        message = gettext_noop("Row {row}: “{value}” is neither a holiday (休) nor a day worked (班).")
        yield Problem("calendar.row_kind", message, {"row": number, "value": _text(cells[1])}, "rows")


def problems_of_year(year: int, days: Sequence[Day], source: str) -> list[Problem]:
    """Return every reason why these days cannot be those of the year."""
    return [*_problems_of_source(source), *_problems_of_days(year, days)]


def _problems_of_source(source: str) -> Iterator[Problem]:
    if not source.strip():
        yield Problem(
            "calendar.no_source",
            gettext_noop("Name the notice from which this comes, with its number."),
            field="source",
        )


def _problems_of_days(year: int, days: Sequence[Day]) -> Iterator[Problem]:
    for day in days:
        params = {"day": day.date, "year": year}
        if day.date.year != year:
            message = gettext_noop("{day} is not in {year}. Enter each day with its own year.")
            yield Problem("calendar.other_year", message, params, "rows")
        if day.kind is DayKind.WORKDAY and day.date.weekday() < SATURDAY:
            message = gettext_noop(
                "{day} is a workday anyway: only a Saturday or Sunday can be a make-up workday."
            )
            yield Problem("calendar.worked_anyway", message, params, "rows")
    for twice, count in Counter(day.date for day in days).items():
        if count > 1:
            message = gettext_noop("{day} occurs twice. Leave one out.")
            yield Problem("calendar.twice", message, {"day": twice}, "rows")


def days_to_text(days: Iterable[Day]) -> str:
    """Return the days as a list that `parse_days` reads, one in each line."""
    return "\n".join(f"{day.date.isoformat()},{day.kind.value},{day.name}" for day in days)


def _is_heading(cells: Sequence[Any]) -> bool:
    first = _text(cells[0])
    return not any(letter.isdigit() for letter in first) and _text(cells[1]).lower() not in KINDS


def _date(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in FORMATS:
        try:
            return datetime.strptime(_text(cell), form).date()
        except ValueError:
            continue
    return None


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip()
