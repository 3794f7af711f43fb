"""Read numbers, days and times of an address or a field, and refuse those that are too large to count from.

Python's dates end with the year 9999, and a day before or behind the last one is an error of the server. What
is long costs as well: whoever asks for a booking of a hundred years makes us count a hundred years.
"""

from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date, parse_datetime

from instrument_share.kernel.city_time import is_countable
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval

MAX_INTERVAL = timedelta(days=366)
"""What is booked, closed, entered or sought free; no rule lets anybody book longer, or further ahead."""
MAX_SHOWN_INTERVAL = timedelta(days=62)
"""So much of a calendar is shown at once."""
MAX_DIGITS = 18
"""So long a number fits into a column of the database. Python reads at most some thousand digits at all."""


def parse_number(text: str) -> int | None:
    """Return the whole number of an address or a hidden field; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def parse_year(text: str, present: int) -> int:
    """Return the year of an address from 2000 to the present one; the present one for anything else."""
    year = parse_number(text)
    return year if year is not None and 2000 <= year <= present else present


def interval_problem(
    starts_at: datetime, ends_at: datetime, longest: timedelta = MAX_INTERVAL
) -> Problem | None:
    """Return what is wrong with a time from one instant to the other, as a problem of its end."""
    if ends_at <= starts_at:
        return Problem(
            "interval.empty", gettext_noop("The end has to be later than the start."), field="ends_at"
        )
    if ends_at - starts_at > longest:
        message = gettext_noop("A time can be at most {days} days long. Choose an earlier end.")
        return Problem("interval.too_long", message, {"days": longest.days}, "ends_at")
    return None


def parse_day(text: str) -> date | None:
    """Return the day of an address (`2026-03-31`); None for anything else and for one too far off."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and is_countable(day) else None


def parse_interval(start: str, end: str) -> Interval | None:
    """Return the interval between two instants in RFC 3339 that a calendar shows.

    None for anything else, for one too far off and for one longer than a calendar shows.
    """
    begins, ends = parse_instant(start), parse_instant(end)
    if begins is None or ends is None or interval_problem(begins, ends, MAX_SHOWN_INTERVAL):
        return None
    return Interval(begins, ends)


def parse_instant(text: str) -> datetime | None:
    """Return an instant in RFC 3339; None for anything else and for one too far off."""
    try:
        instant = parse_datetime(text)
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None and is_countable(instant) else None
