"""Numbers, days and times that somebody asks for or enters: those from which can still be counted.

Python's dates end with the year 9999, and a day before or behind the last one is an error of the server. What
is long costs as well: whoever asks for a booking of a hundred years makes us count a hundred years.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.web.problem import told

FIRST_YEAR, LAST_YEAR = 1900, 2099
LONGEST_TIME = timedelta(days=366)
"""What is booked, closed, entered or sought free; no rule lets anybody book longer, or further ahead."""
LONGEST_SHOWN = timedelta(days=62)
"""So much of a calendar is shown at once."""
MOST_DIGITS = 18
"""So long a number fits into a column of the database. Python reads at most some thousand digits at all."""


def number_asked(text: str) -> int | None:
    """The whole number of an address or a hidden field; None for what is none, or has too many digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def problem_of_times(
    starts_at: datetime, ends_at: datetime, longest: timedelta = LONGEST_TIME
) -> Problem | None:
    """What stands against a time from the one instant to the other, said of its end."""
    if ends_at <= starts_at:
        return Problem(
            "interval.empty", gettext_noop("The end has to be later than the start."), field="ends_at"
        )
    if ends_at - starts_at > longest:
        message = gettext_noop("A time may be {days} days long at most. Choose an earlier end.")
        return Problem("interval.too_long", message, {"days": longest.days}, "ends_at")
    return None


def _is_near(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def day_asked(text: str) -> date | None:
    """The day of an address (`2026-03-31`); None for what is none, or too far off."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and _is_near(day) else None


def interval_asked(start: str, end: str) -> Interval | None:
    """What a calendar shows between two instants in RFC 3339; None for what is none, far off or longer."""
    begins, ends = _instant(start), _instant(end)
    if begins is None or ends is None or problem_of_times(begins, ends, LONGEST_SHOWN):
        return None
    return Interval(begins, ends)


def _instant(text: str) -> datetime | None:
    try:
        instant = parse_datetime(text)
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None and _is_near(instant) else None


def _require_near(value: date) -> None:
    if not _is_near(value):
        raise ValidationError(
            _("Choose a year from %(first)s to %(last)s."),
            code="far_off",
            params={"first": FIRST_YEAR, "last": LAST_YEAR},
        )


class DayField(forms.DateField):
    """A day that is not too far off."""

    default_validators = [_require_near]


class InstantField(forms.DateTimeField):
    """A day and a time, Asia/Shanghai, that are not too far off."""

    default_validators = [_require_near]


class TimesForm(forms.Form):
    """For a form with `starts_at` and `ends_at`: the end lies behind the start, and not too far."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and (problem := problem_of_times(starts_at, ends_at)):
            self.add_error("ends_at", told(problem.message, problem.params))
        return cleaned
