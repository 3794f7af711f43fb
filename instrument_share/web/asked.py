"""Days and instants that somebody asks for or enters: those from which a calendar can still go on.

Python's dates end with the year 9999, and a day before or behind the last one is an error of the server. What
lies far off costs as well: whoever asks for a booking of a thousand years makes us count a thousand years.
"""

from datetime import date, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.interval import Interval

FIRST_YEAR, LAST_YEAR = 1900, 2099


def _is_near(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def day_asked(text: str) -> date | None:
    """The day of an address (`2026-03-31`); None for what is none, or too far off."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and _is_near(day) else None


def interval_asked(start: str, end: str, longest: timedelta) -> Interval | None:
    """The time between two instants in RFC 3339; None for what is none, too far off or longer."""
    begins, ends = _instant(start), _instant(end)
    if begins is None or ends is None or not begins < ends <= begins + longest:
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
