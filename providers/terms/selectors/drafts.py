"""Evaluate terms before they are published."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from instrument_share.kernel.interval import Interval, intersect, merge
from providers.instruments.models import Qualification
from providers.terms.domain.backdated_patterns import backdate_pattern
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.special_days import ONE_DAY, DayTable
from providers.terms.domain.terms import Terms, TermsDraft
from providers.terms.openings import calendar_rows, local_date, local_midnight, openings
from providers.terms.selectors.workdays import day_table

DaysOf = Callable[[Iterable[int]], DayTable]


def draft_openings(draft: TermsDraft, first: date, last: date, days_of: DaysOf = day_table) -> list[Interval]:
    """Return the openings on the days `[first, last)`, as windows would be expanded.

    `days_of` returns the public holidays of some years.
    `domain.terms.problems_of_terms` has accepted the draft. Raises CalendarYearUnknown.
    """
    minds_holidays = draft.holidays is not HolidayTreatment.IGNORED
    days = days_of(range(first.year, last.year + 1)) if minds_holidays else DayTable({}, frozenset())
    _calendar, rows = calendar_rows("draft", draft.patterns)
    return openings([event for _rule, event in rows], draft.holidays, first, last, days, draft.exceptions)


def backdated_openings(draft: TermsDraft, applies_on: date, first: date, last: date) -> list[Interval]:
    """Return the openings on past days `[first, last)` as if the draft had applied.

    Patterns that have begun by `applies_on` are moved back; later ones are left out.
    """
    earlier = tuple(
        backdate_pattern(pattern, first) if pattern.starts_on <= applies_on else pattern
        for pattern in draft.patterns
    )
    return draft_openings(replace(draft, patterns=earlier), first, last)


def open_time_under(
    versions: Sequence[Terms], interval: Interval, days_of: DaysOf = day_table
) -> list[Interval]:
    """Return the open time within the interval under versions of a rule, newest first, however far ahead.

    As windows are expanded; days of a year without public holidays count as open, as nothing is known to be
    closed there.
    """
    found: list[Interval] = []
    end = interval.end
    for terms in versions:
        begin = max(terms.applies_from, interval.start)
        if begin < end:
            found += intersect(_openings_known(terms, begin, end, days_of), [Interval(begin, end)])
            end = begin
    return merge(found)


def _openings_known(terms: Terms, begin: datetime, end: datetime, days_of: DaysOf) -> list[Interval]:
    first, last = local_date(begin) - ONE_DAY, local_date(end) + ONE_DAY
    known = last
    if terms.holidays is not HolidayTreatment.IGNORED:
        known = days_of(range(first.year, last.year + 1)).known_until(first, last)
    unknown = [Interval(local_midnight(known), local_midnight(last))] if known < last else []
    return [*draft_openings(terms, first, known, days_of), *unknown] if first < known else unknown


@dataclass(frozen=True)
class Qualified:
    """The period of a qualification, and when it was revoked, if ever."""

    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def held(self, at: datetime, until: datetime) -> bool:
        """Return whether the qualification was known at an instant as valid through `until`."""
        return (
            self.granted_at <= at
            and self.expires_at >= until
            and (self.revoked_at is None or self.revoked_at > at)
        )


def qualification_history(instrument_id: int, user_ids: Collection[int]) -> dict[int, Sequence[Qualified]]:
    """Return past and present qualifications for the instrument, by user id. One query."""
    found: dict[int, list[Qualified]] = defaultdict(list)
    rows = Qualification.objects.filter(instrument_id=instrument_id, user_id__in=list(user_ids))
    facts = rows.values_list("user_id", "granted_at", "expires_at", "revoked_at")
    for user_id, granted_at, expires_at, revoked_at in facts:
        found[user_id].append(Qualified(granted_at, expires_at, revoked_at))
    return dict(found)
