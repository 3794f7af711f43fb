"""Set the public holidays and make-up workdays of a year."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require_unless_system
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Invalid
from providers.terms.domain.holiday_list import problems_of_year
from providers.terms.domain.special_days import CalendarYearChanged, Day
from providers.terms.models import CalendarDay, CalendarYear
from providers.terms.openings import local_midnight
from providers.terms.selectors.workdays import YEAR_SET, calendar_year, published_year
from providers.terms.services.windows import Extended, windows_rebuild

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def calendar_year_set(
    *,
    actor: "User | None",
    year: int,
    days: Iterable[Day],
    source: str,
    now: datetime,
    seen: str | None = None,
) -> Extended:
    """Set the public holidays and 调休 working days of a year; `source` names the notice.

    Open windows change from now on; past ones stay. `seen` is the version of the year that was previewed;
    raises CalendarYearChanged if it is another one now.
    """
    require_unless_system(actor, "providers.maintain_tables")
    entered = sorted(days, key=lambda day: day.date)
    if problems := problems_of_year(year, entered, source):
        raise Invalid(problems=problems)
    row, is_new = CalendarYear.objects.select_for_update().get_or_create(year=year)
    if seen is not None and seen != (published_year(year) if is_new else calendar_year(year)).version:
        raise CalendarYearChanged
    row.source = source.strip()
    row.save(update_fields=["source"])
    row.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(year=row, date=day.date, kind=day.kind.value, name=day.name) for day in entered
    )
    record(
        actor=actor,
        action=YEAR_SET,
        subject=row,
        now=now,
        details={"source": source, "days": {day.date.isoformat(): day.kind.value for day in entered}},
    )
    return windows_rebuild(actor=actor, now=now, since=max(now, local_midnight(date(year, 1, 1))))
