"""Read working days: published years, overridden by what an administrator entered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from providers.terms.domain.choices import DayKind
from providers.terms.domain.special_days import Day, DayTable, published_days, published_years
from providers.terms.models import CalendarDay, CalendarYear


def day_table(years: Iterable[int]) -> DayTable:
    """Return the days of these years that differ from their weekday; entered years override.

    An unknown year is left out; asking the table about it raises CalendarYearUnknown.
    """
    wanted = set(years)
    published = {year: days for year, days in published_years().items() if year in wanted}
    entered = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    days = {day: kind for year in published.keys() - entered for day, kind in published[year].items()}
    for day, kind in CalendarDay.objects.filter(year__year__in=entered).values_list("date", "kind"):
        days[day] = DayKind(kind)
    return DayTable(days, frozenset(published.keys() | entered))


def add_working_days(day: date, number: int) -> date:
    """Return the `number`-th working day after `day`, which does not count. Raises CalendarYearUnknown."""
    last_year = day.year + 1 + number // 200
    return day_table(range(day.year, last_year + 1)).add_working_days(day, number)


def working_days_between(day: date, last: date) -> int:
    """Return the number of working days after `day`, through `last`. Raises CalendarYearUnknown."""
    return day_table(range(day.year, last.year + 1)).working_days_between(day, last)


@dataclass(frozen=True)
class YearOfDays:
    """The differing days of a year and their source.

    `entered` by an administrator, with the notice as `source`, or from the published table; neither if the
    year is unknown.
    """

    year: int
    known: bool
    entered: bool
    source: str
    days: tuple[Day, ...]

    def table(self) -> DayTable:
        """Return the year alone as a table."""
        years = frozenset({self.year} if self.known else ())
        return DayTable({day.date: day.kind for day in self.days}, years)


def calendar_year(year: int) -> YearOfDays:
    """Return the public holidays and make-up workdays of a year, by date."""
    row = CalendarYear.objects.filter(year=year).prefetch_related("days").first()
    if row is None:
        return YearOfDays(year, year in published_years(), False, "", tuple(published_days(year)))
    days = sorted(row.days.all(), key=lambda day: day.date)
    return YearOfDays(
        year, True, True, row.source, tuple(Day(day.date, DayKind(day.kind), day.name) for day in days)
    )


ANNOUNCED_FROM = 10
"""The month from which the next year's public holidays are announced."""


def years_without_days(today: date) -> list[int]:
    """Return years that lack public holidays: the current one, and from autumn on the next."""
    known, last = known_years(), today.year + (today.month >= ANNOUNCED_FROM)
    return [year for year in range(today.year, last + 1) if year not in known]


def known_years() -> dict[int, bool]:
    """Return every known year, and whether an administrator entered or corrected it."""
    entered = CalendarYear.objects.values_list("year", flat=True)
    return {**dict.fromkeys(published_years(), False), **dict.fromkeys(entered, True)}
