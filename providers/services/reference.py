"""Writers of what all units share: the category table and the public holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import allowed
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, Invalid, Kind, Problem, gettext_noop
from providers.calendar import local_midnight
from providers.domain.holidays import problems_of_year
from providers.domain.workdays import Day
from providers.models import CalendarDay, CalendarYear, InstrumentCategory
from providers.services.windows import Extended, windows_rebuild

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ROOT = "_root_"


class TableExists(DomainError):
    code = "category.version_exists"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The category table “{version}” is loaded already and differs. Give this one its own name."
    )


@dataclass(frozen=True)
class CategoryRow:
    """A category: six digits, its name, and the code above it ("" or "_root_" at the top)."""

    code: str
    name_zh: str
    parent: str = ""
    name_en: str = ""


@transaction.atomic
def category_table_load(
    *, actor: "User | None", version: str, rows: Iterable[CategoryRow], now: datetime
) -> int:
    """Load a version of the national category table, which then is the one in use; the number of its rows.

    The same version with the same rows changes nothing. Instruments keep the category that they have.
    """
    allowed(actor, "providers.maintain_tables")
    table = list(rows)
    if problems := _problems_of(table):
        raise Invalid(problems=problems)
    loaded = dict(InstrumentCategory.objects.filter(version=version).values_list("code", "name_zh"))
    if loaded:
        if loaded != {row.code: row.name_zh for row in table}:
            raise TableExists(version=version)
        return len(table)
    made: dict[str, InstrumentCategory] = {}
    for level in (_is_top, _is_middle, _is_leaf):
        new = [
            InstrumentCategory(
                version=version,
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en,
                parent=made.get(row.parent),
            )
            for row in table
            if level(row)
        ]
        made |= {category.code: category for category in InstrumentCategory.objects.bulk_create(new)}
    first = made[table[0].code]
    record(
        actor=actor,
        action="category_table.loaded",
        subject=first,
        now=now,
        details={"version": version, "rows": len(table)},
    )
    return len(table)


def _is_top(row: CategoryRow) -> bool:
    return row.parent in ("", ROOT)


def _is_middle(row: CategoryRow) -> bool:
    return not _is_top(row) and row.code.endswith("00")


def _is_leaf(row: CategoryRow) -> bool:
    return not _is_top(row) and not row.code.endswith("00")


def _problems_of(table: list[CategoryRow]) -> list[Problem]:
    codes = {row.code for row in table}
    problems = []
    if len(codes) != len(table) or not table:
        message = gettext_noop("The table is empty, or a code occurs twice in it. Check the file.")
        problems.append(Problem("category.codes", message))
    for number, row in enumerate(table, 1):
        if not (len(row.code) == 6 and row.code.isascii() and row.code.isdigit() and row.name_zh.strip()):
            message = gettext_noop("Row {row}: “{code}” needs six digits and a Chinese name.")
            problems.append(Problem("category.row", message, {"row": number, "code": row.code}))
        elif not _is_top(row) and row.parent not in codes:
            message = gettext_noop("Row {row}: the code above it, “{parent}”, is not in the table.")
            problems.append(Problem("category.parent", message, {"row": number, "parent": row.parent}))
    return problems


@transaction.atomic
def calendar_year_set(
    *, actor: "User | None", year: int, days: Iterable[Day], source: str, now: datetime
) -> Extended:
    """Enter or correct the public holidays and 调休 working days of a year; `source` names the notice.

    Open windows of that year follow from now on; what was open before stays a fact.
    """
    allowed(actor, "providers.maintain_tables")
    entered = sorted(days, key=lambda day: day.date)
    if problems := problems_of_year(year, entered, source):
        raise Invalid(problems=problems)
    row, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": source.strip()})
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(year=row, date=day.date, kind=day.kind.value, name=day.name) for day in entered
    )
    record(
        actor=actor,
        action="calendar_year.set",
        subject=row,
        now=now,
        details={"source": source, "days": {day.date.isoformat(): day.kind.value for day in entered}},
    )
    return windows_rebuild(actor=actor, now=now, since=max(now, local_midnight(date(year, 1, 1))))
