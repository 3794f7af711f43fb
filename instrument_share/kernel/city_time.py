"""The city's time: intervals are kept in UTC; rules are written, days counted, times shown in this zone."""

from datetime import date
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1900, 2099
"""Of days from which can be counted: Python's dates end with the year 9999, and there is no day behind."""


def is_countable(day: date) -> bool:
    """Tell whether a day is near enough to count from it."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
