"""Provisional holidays of years without an official notice: statutory days, without 调休."""

from collections.abc import Iterator
from datetime import date, timedelta

from instrument_share.demo.city import City
from providers.domain import Day, DayKind

ONE_DAY = timedelta(days=1)


def build_provisional_holidays(city: City, year: int) -> list[Day]:
    """Return the statutory holidays of a year (国务院令第795号: 13 days).

    Raises KeyError beyond the table of festivals.
    """
    return [Day(date=day, kind=DayKind.HOLIDAY, name=name) for day, name in sorted(set(_days(city, year)))]


def _days(city: City, year: int) -> Iterator[tuple[date, str]]:
    spring, clear, dragon, moon = (date.fromisoformat(f"{year}-{day}") for day in city.festivals[year])
    yield date(year, 1, 1), "元旦"
    for offset in range(-1, 3):
        yield spring + offset * ONE_DAY, "春节"
    yield clear, "清明节"
    yield date(year, 5, 1), "劳动节"
    yield date(year, 5, 2), "劳动节"
    yield dragon, "端午节"
    for day in (1, 2, 3):
        if date(year, 10, day) != moon:
            yield date(year, 10, day), "国庆节"
    yield moon, "中秋节"
