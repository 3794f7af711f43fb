"""Move opening patterns back in time, to try terms on earlier days."""

from dataclasses import replace
from datetime import date, timedelta

from providers.terms.domain.choices import Frequency
from providers.terms.domain.terms import OpeningPattern

WEEK = timedelta(days=7)


def backdate_pattern(pattern: OpeningPattern, day: date) -> OpeningPattern:
    """Return the pattern, recurring in the same weeks or months, as if begun on `day` or earlier."""
    if pattern.starts_on <= day:
        return pattern
    if pattern.frequency is Frequency.WEEKLY:
        # Whole rounds back from its first Monday, whose week then counts from its beginning.
        monday = pattern.starts_on - timedelta(days=pattern.starts_on.weekday())
        rounds = -((day - monday) // (pattern.interval * WEEK))
        return replace(pattern, starts_on=monday - rounds * pattern.interval * WEEK)
    months = pattern.starts_on.year * 12 + pattern.starts_on.month - 1
    asked = day.year * 12 + day.month - 1
    months += (asked - months) // pattern.interval * pattern.interval
    return replace(pattern, starts_on=date(months // 12, months % 12 + 1, 1))
