"""Public holidays and 调休 working days of known years; an unknown year is never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar

from instrument_share.kernel.errors import Conflict, RevisionMismatch, gettext_noop
from providers.terms.domain.choices import DayKind, Frequency, HolidayTreatment

ONE_DAY = timedelta(days=1)


class CalendarYearUnknown(Conflict):
    """The notice of public holidays for `year` is neither in the library nor entered."""

    code = "calendar.year_unknown"
    message = gettext_noop(
        "The public holidays of {year} are not known here yet. The bureau or a system administrator enters "
        "them from the State Council's notice (/bureau/holidays/{year}/); then it can be done."
    )


class CalendarYearChanged(RevisionMismatch):
    """The year has been set since the correction was previewed, which would undo that."""

    code = "calendar.year_changed"
    message = gettext_noop(
        "Somebody else has changed this year since you looked at it. Below it is compared with what is "
        "entered now: look at the days again, or go back and begin the correction anew."
    )


@dataclass(frozen=True)
class Day:
    """A day that differs from its weekday, as the State Council's notice names it."""

    date: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class DayTable:
    """Days that differ from their weekday, and the years for which they are known."""

    days: Mapping[date, DayKind]
    years: frozenset[int]

    def kind(self, day: date) -> DayKind | None:
        """Return the kind of a day, or None if its weekday decides. Raises CalendarYearUnknown."""
        if day.year not in self.years:
            raise CalendarYearUnknown(year=day.year)
        return self.days.get(day)

    def is_working_day(self, day: date) -> bool:
        """Return whether the day is worked. Raises CalendarYearUnknown."""
        kind = self.kind(day)
        return kind is DayKind.WORKDAY or (kind is None and day.weekday() < 5)

    def add_working_days(self, day: date, number: int) -> date:
        """Return the `number`-th working day after `day`, which does not count."""
        while number > 0:
            day += ONE_DAY
            number -= self.is_working_day(day)
        return day

    def working_days_between(self, day: date, last: date) -> int:
        """Return the number of working days after `day`, through `last`: what `add_working_days` adds."""
        return sum(
            self.is_working_day(day + timedelta(days=ahead)) for ahead in range(1, (last - day).days + 1)
        )

    def known_until(self, day: date, last: date) -> date:
        """Return the first day of an unknown year in `[day, last)`, or `last` if there is none."""
        for year in range(day.year, last.year + 1):
            if year not in self.years:
                return min(last, max(day, date(year, 1, 1)))
        return last


def pattern_day(day: date, days: DayTable, holidays: HolidayTreatment, frequency: Frequency) -> date | None:
    """Return the day whose opening hours apply on `day`; None if it stays closed as a public holiday.

    A make-up workday (调休) has the hours of the Monday of its week, where the rule shifts them so. Raises
    CalendarYearUnknown.
    """
    kind = None if holidays is HolidayTreatment.IGNORED else days.kind(day)
    if kind is DayKind.HOLIDAY:
        return None
    is_shifted = frequency is Frequency.WEEKLY and holidays is HolidayTreatment.CLOSED_AND_SHIFTED
    return monday_of(day) if kind is DayKind.WORKDAY and is_shifted else day


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - day.weekday() * ONE_DAY


@cache
def published_years() -> Mapping[int, Mapping[date, DayKind]]:
    """Return the years of the `chinese_calendar` library with their differing days.

    A year counts from its National Day on: a notice may name 1 January of the following year.
    """
    years: dict[int, dict[date, DayKind]] = {}
    for day in chinese_calendar.holidays:
        years.setdefault(day.year, {})[day] = DayKind.HOLIDAY
    for day in chinese_calendar.workdays:
        years.setdefault(day.year, {})[day] = DayKind.WORKDAY
    return {year: days for year, days in years.items() if date(year, 10, 1) in days}


_NAMES = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


def published_days(year: int) -> list[Day]:
    """Return the library's days of a year with Chinese names; a make-up workday has its holiday's."""
    names = {**chinese_calendar.holidays, **chinese_calendar.workdays}
    return [
        Day(day, kind, _NAMES.get(names[day], ""))
        for day, kind in sorted(published_years().get(year, {}).items())
    ]
