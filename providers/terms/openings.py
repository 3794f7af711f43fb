"""Keep opening patterns as recurring events of django-scheduler, and expand them into openings.

The only importer of `schedule`, of which it uses the models alone (docs/adr/0009-opening-hours.md). It avoids
three traps of that library: recurrences are expanded in Asia/Shanghai and then converted, as UTC bounds shift
weekdays; weekdays are written by name, as numbers collapse to the weekday of the event's start;
`domain.terms` has validated what is written, as an unknown weekday silently becomes "every day".
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from schedule.models import Calendar, Event, Rule

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, merge
from providers.terms.domain.choices import Frequency, HolidayTreatment
from providers.terms.domain.special_days import ONE_DAY, DayTable, monday_of, pattern_day
from providers.terms.domain.terms import DayException, OpeningPattern

if TYPE_CHECKING:
    from providers.terms.models import OpenServiceRule

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST_SECOND = time(23, 59, 59)
END_OF_TIME = datetime(9000, 1, 1, tzinfo=CITY_TIME)
"""Later than any window: where no later version of a rule applies."""


def calendar_rows(
    slug: str, patterns: Sequence[OpeningPattern]
) -> tuple[Calendar, tuple[tuple[Rule, Event], ...]]:
    """Return unsaved rows for `patterns`, which `domain.terms.problems_of_terms` has accepted.

    The service saves the calendar, then each rule before its event.
    """
    calendar = Calendar(name=slug, slug=slug)
    return calendar, tuple(_event_rows(slug, calendar, pattern) for pattern in patterns)


def calendar_contents(calendar_ids: Collection[int]) -> tuple[QuerySet[Rule], QuerySet[Calendar]]:
    """Return the recurrences and the calendars themselves, to be deleted in this order."""
    return (
        Rule.objects.filter(event__calendar_id__in=list(calendar_ids)),
        Calendar.objects.filter(pk__in=list(calendar_ids)),
    )


def _event_rows(slug: str, calendar: Calendar, pattern: OpeningPattern) -> tuple[Rule, Event]:
    weekdays = ",".join(CODES[day] for day in sorted(set(pattern.weekdays)))
    params = f"byweekday:{weekdays};interval:{pattern.interval}"
    monthly = pattern.frequency is Frequency.MONTHLY_BY_WEEKDAY
    if monthly:
        params += f";bysetpos:{pattern.nth}"
    rule = Rule(
        name=slug[:32],
        description=str(pattern.frequency),
        frequency="MONTHLY" if monthly else "WEEKLY",
        params=params,
    )
    opening = _opening(pattern.starts_on, pattern.opens, pattern.closes)
    event = Event(
        calendar=calendar,
        rule=rule,
        title=slug,
        start=opening.start,
        end=opening.end,
        end_recurring_period=pattern.until and datetime.combine(pattern.until, LAST_SECOND, CITY_TIME),
    )
    return rule, event


def _opening(day: date, opens: time, closes: time) -> Interval:
    closing_day = day + ONE_DAY if closes <= opens else day
    return Interval(datetime.combine(day, opens, CITY_TIME), datetime.combine(closing_day, closes, CITY_TIME))


def opening_patterns(events: Iterable[Event]) -> tuple[OpeningPattern, ...]:
    """Return the patterns of these events, in the order in which they were written."""
    return tuple(_opening_pattern(event) for event in sorted(events, key=lambda event: event.pk or 0))


def _opening_pattern(event: Event) -> OpeningPattern:
    start, end = event.start.astimezone(CITY_TIME), event.end.astimezone(CITY_TIME)
    params = event.rule.get_params()
    weekdays = params["byweekday"] if isinstance(params["byweekday"], list) else [params["byweekday"]]
    until = event.end_recurring_period
    return OpeningPattern(
        opens=start.time(),
        closes=end.time(),
        starts_on=start.date(),
        weekdays=tuple(weekday.weekday for weekday in weekdays),
        frequency=Frequency(event.rule.description),
        interval=params["interval"],
        nth=params.get("bysetpos"),
        until=until and until.astimezone(CITY_TIME).date(),
    )


def rule_events(rule: "OpenServiceRule") -> list[Event]:
    """Return the rule's events; prefetch `calendar__event_set__rule` for several rules."""
    return list(rule.calendar.event_set.all())


def openings(
    events: Iterable[Event],
    holidays: HolidayTreatment,
    first: date,
    last: date,
    days: DayTable,
    exceptions: Collection[DayException] = (),
) -> list[Interval]:
    """Return all openings that begin on a day of `[first, last)`, sorted and merged.

    An opening belongs to the day on which it begins, even if it ends on the next, which may be a holiday.
    Raises CalendarYearUnknown if the rule follows public holidays and a year is missing from `days`.
    """
    closed = {one.day for one in exceptions if one.opens is None}
    recurring = (
        _opening(day, pattern.opens, pattern.closes)
        for event in events
        for pattern in [_opening_pattern(event)]
        for day in _opening_days(event, pattern, holidays, first, last, days)
        if day not in closed
    )
    additional = (
        _opening(one.day, one.opens, one.closes)
        for one in exceptions
        if one.opens is not None and one.closes is not None and first <= one.day < last
    )
    return merge([*recurring, *additional])


def _opening_days(
    event: Event, pattern: OpeningPattern, holidays: HolidayTreatment, first: date, last: date, days: DayTable
) -> Iterator[date]:
    first = max(first, pattern.starts_on)
    last = last if pattern.until is None else min(last - ONE_DAY, pattern.until) + ONE_DAY
    if first >= last:
        return
    recurring = _recurring_days(event, pattern, first, last)
    for day in (first + number * ONE_DAY for number in range((last - first).days)):
        if pattern_day(day, days, holidays, pattern.frequency) in recurring:
            yield day


def _recurring_days(event: Event, pattern: OpeningPattern, first: date, last: date) -> set[date]:
    """Return the days on which the event recurs, from the Monday of the week of `first` to before `last`.

    Starts at the Monday of its first week, so that a 调休 day of that week finds Monday's hours.
    """
    begin = monday_of(pattern.starts_on) if pattern.frequency is Frequency.WEEKLY else pattern.starts_on
    recurrence = event.get_rrule_object(CITY_TIME).replace(
        dtstart=datetime.combine(begin, pattern.opens), until=None
    )
    found = recurrence.between(
        datetime.combine(monday_of(first), time.min),
        datetime.combine(last, time.min) - timedelta(seconds=1),
        inc=True,
    )
    return {occurrence.date() for occurrence in found}


def local_date(instant: datetime) -> date:
    """Return the date of an instant in Asia/Shanghai."""
    return instant.astimezone(CITY_TIME).date()


def local_midnight(day: date) -> datetime:
    """Return the instant at which a date begins in Asia/Shanghai."""
    return datetime.combine(day, time.min, CITY_TIME)
