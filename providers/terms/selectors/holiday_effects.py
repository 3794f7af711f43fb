"""Compute how a correction of public holidays would change open windows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from instrument_share.kernel.interval import Interval, intersect, merge, subtract
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.special_days import ONE_DAY, DayTable
from providers.terms.models import OpenServiceRule
from providers.terms.openings import END_OF_TIME, local_date, openings, rule_events
from providers.terms.selectors.rules import exceptions_of, standing_rules
from providers.terms.selectors.workdays import day_table


@dataclass(frozen=True)
class WindowChange:
    """Open time of an instrument that a correction removes or adds."""

    lost: list[Interval]
    gained: list[Interval]


def window_changes(corrected: DayTable, now: datetime) -> Mapping[int, WindowChange]:
    """Return changes of open windows from `now` on under corrected years, by instrument id.

    An unknown year loses nothing, as windows stop before it. Four queries for any number of instruments.
    """
    (year,) = corrected.years
    known = day_table([year - 1, year, year + 1])
    if year not in known.years:
        return {}
    changed = sorted(
        day for day in known.days.keys() | corrected.days.keys() if _differs(day, known, corrected)
    )
    changed = [day for day in changed if day >= local_date(now)]
    if not changed:
        return {}
    first, last = changed[0] - ONE_DAY, changed[-1] + 2 * ONE_DAY
    after = DayTable(
        {**{day: kind for day, kind in known.days.items() if day.year != year}, **corrected.days}, known.years
    )
    found: dict[int, WindowChange] = {}
    for instrument_id, rules in groupby(_rules(), key=lambda rule: rule.instrument_id):
        lost: list[Interval] = []
        gained: list[Interval] = []
        for rule, span in _in_force(rules, now):
            end = min(last, rule.windows_until or first)
            old, new = (_open(rule, first, end, days, span) for days in (known, after))
            lost += subtract(old, new)
            gained += subtract(new, old)
        if lost or gained:
            found[instrument_id] = WindowChange(merge(lost), merge(gained))
    return found


def _differs(day: date, known: DayTable, corrected: DayTable) -> bool:
    return day.year in corrected.years and known.days.get(day) != corrected.days.get(day)


def _rules() -> list[OpenServiceRule]:
    """Return every standing version whose windows follow or ignore public holidays, newest first."""
    return list(
        standing_rules()
        .select_related("instrument", "calendar")
        .prefetch_related("exceptions", "calendar__event_set__rule")
        .order_by("instrument_id", "-version")
    )


def _in_force(rules: Iterator[OpenServiceRule], now: datetime) -> Iterator[tuple[OpenServiceRule, Interval]]:
    """Yield versions that follow public holidays, with the time from `now` on in which they apply."""
    end = END_OF_TIME
    for rule in rules:
        end = min(end, rule.instrument.retired_at or END_OF_TIME)
        begin = max(rule.applies_from, now)
        if begin < end and rule.holidays != HolidayTreatment.IGNORED:
            yield rule, Interval(begin, end)
        end = min(end, rule.applies_from)


def _open(rule: OpenServiceRule, first: date, last: date, days: DayTable, span: Interval) -> list[Interval]:
    last = days.known_until(first, last)
    if first >= last:
        return []
    holidays = HolidayTreatment(rule.holidays)
    return intersect(openings(rule_events(rule), holidays, first, last, days, exceptions_of(rule)), [span])
