"""Which days are worked: the published years, and over them what an administrator entered."""

from collections.abc import Iterable
from datetime import date

from providers.domain.words import DayKind
from providers.domain.workdays import DayTable, published_years
from providers.models import CalendarDay, CalendarYear


def day_table(years: Iterable[int]) -> DayTable:
    """The days of these years that differ from their weekday; an entered year replaces the published one.

    A year that is known neither way is left out, and asking the table about it raises CalendarYearUnknown.
    """
    wanted = set(years)
    published = {year: days for year, days in published_years().items() if year in wanted}
    entered = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    days = {day: kind for year in published.keys() - entered for day, kind in published[year].items()}
    for day, kind in CalendarDay.objects.filter(year__year__in=entered).values_list("date", "kind"):
        days[day] = DayKind(kind)
    return DayTable(days, frozenset(published.keys() | entered))


def add_working_days(day: date, number: int) -> date:
    """The `number`-th working day after `day` (which does not count). Raises CalendarYearUnknown."""
    last_year = day.year + 1 + number // 200
    return day_table(range(day.year, last_year + 1)).add_working_days(day, number)
