"""Read working days: published years, overridden by what an administrator entered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from instrument_share.journal import selectors as journal
from instrument_share.kernel.hashes import SHA256, digest
from providers.terms.domain.choices import DayKind
from providers.terms.domain.holiday_list import days_to_text
from providers.terms.domain.special_days import Day, DayTable, published_days, published_years
from providers.terms.models import CalendarDay, CalendarYear

YEAR_SET = "calendar_year.set"
"""The action of the entry that has all days of a year as they were set."""


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


def day_table_at(instant: datetime, years: Iterable[int]) -> DayTable:
    """Return the table of these years as it was at an instant: the published days until others were set."""
    wanted = set(years)
    days = {year: dict(kinds) for year, kinds in published_years().items() if year in wanted}
    rows = {str(row.pk): row.year for row in CalendarYear.objects.filter(year__in=wanted)}
    for entry in journal.entries_on(CalendarYear._meta.label, rows.keys(), {YEAR_SET}):
        if entry.at <= instant:
            given = entry.details["days"].items()
            days[rows[entry.subject_id]] = {date.fromisoformat(day): DayKind(kind) for day, kind in given}
    return DayTable({day: kind for kinds in days.values() for day, kind in kinds.items()}, frozenset(days))


def times_of_year_set() -> list[datetime]:
    """Return when public holidays of any year were set, oldest first; between them nothing changes."""
    rows = [str(pk) for pk in CalendarYear.objects.values_list("pk", flat=True)]
    return [entry.at for entry in journal.entries_on(CalendarYear._meta.label, rows, {YEAR_SET})]


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

    @property
    def version(self) -> str:
        """Return what differs wherever the days or their source do; a preview holds it."""
        return digest(SHA256, f"{self.source}\n{days_to_text(self.days)}".encode())


def published_year(year: int) -> YearOfDays:
    """Return a year as the published table has it, whatever was entered."""
    return YearOfDays(year, year in published_years(), False, "", tuple(published_days(year)))


def calendar_year(year: int) -> YearOfDays:
    """Return the public holidays and make-up workdays of a year, by date."""
    row = CalendarYear.objects.filter(year=year).prefetch_related("days").first()
    if row is None:
        return published_year(year)
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
