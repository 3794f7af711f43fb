"""Expand open windows from rules, cut them where a rule ends, and rebuild them identically.

A version opens its instrument from `applies_from` until the next one applies or the instrument is retired.
`windows_until` is the last day that is expanded; later days are appended and merged with an adjacent last
window, so that appending in pieces and rebuilding at once give the same result.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require_unless_system
from instrument_share.kernel.interval import Interval, intersect, merge
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_locks
from providers.instruments.services.batches import for_each_batch
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.special_days import ONE_DAY, DayTable
from providers.terms.domain.terms import DayException
from providers.terms.models import OpenServiceRule, OpenWindow
from providers.terms.openings import END_OF_TIME, Event, local_date, local_midnight, openings, rule_events
from providers.terms.selectors.rules import exceptions_of, standing_rules
from providers.terms.selectors.workdays import day_table

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

logger = logging.getLogger(__name__)


class ExtensionFailed(Exception):
    """Windows of some instruments could not be expanded; the log says why, and the next run tries again."""


@dataclass(frozen=True)
class Extended:
    """The number of windows written, and the years that lack holiday data."""

    windows: int
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Task:
    """Days `[first, last)` of a rule to expand, limited to `[begin, end)`."""

    rule: OpenServiceRule
    first: date
    last: date
    begin: datetime
    end: datetime


def windows_extend_due(*, now: datetime) -> Extended:
    """Expand the open windows of all instruments to their horizon, some at a time. Repeated by the clock.

    An instrument that fails doesn't keep the others from theirs. Raises ExtensionFailed at the end.
    """
    due = _due(_rules(None), now)
    windows: list[int] = []
    failed: list[int] = []

    def extend(ids: list[int]) -> None:
        try:
            windows.append(windows_extend(now=now, instrument_ids=ids).windows)
        except Exception:
            if len(ids) > 1:
                for pk in ids:
                    extend([pk])
                return
            logger.exception("The windows of instrument %s could not be expanded.", ids[0])
            failed.extend(ids)

    concerned = {task.rule.instrument_id for task in due.tasks}
    for_each_batch(extend, instrument_ids=concerned, tell=lambda _done: None)
    if failed:
        found = Instrument.objects.filter(pk__in=failed).order_by("pk")
        names = ", ".join(found.values_list("public_id", flat=True))
        raise ExtensionFailed(f"instruments {names}; windows of others: {sum(windows)}")
    return Extended(sum(windows), due.unknown_years)


@transaction.atomic
def windows_extend(*, now: datetime, instrument_ids: Collection[int] | None = None) -> Extended:
    """Expand the open windows of all (or these) instruments to the horizon of their rules, at once.

    A rule that follows public holidays stops before an unknown year, which the result names.
    """
    due = _due(_rules(instrument_ids), now)
    if not due.tasks:
        return Extended(0, due.unknown_years)
    concerned = {task.rule.instrument_id for task in due.tasks}
    instrument_locks(concerned)
    extended = _expand(_due(_rules(concerned), now))
    return Extended(extended.windows, due.unknown_years)


@transaction.atomic
def windows_rebuild(
    *,
    actor: "User | None",
    now: datetime,
    instrument_ids: Collection[int] | None = None,
    since: datetime | None = None,
) -> Extended:
    """Expand the windows anew, from `since` on or from the beginning; bookings are not touched.

    The result is the same unless public holidays have changed.
    """
    require_unless_system(actor, "providers.maintain_tables")
    return windows_redraw(now=now, instrument_ids=instrument_ids, since=since)


def windows_redraw(
    *, now: datetime, instrument_ids: Collection[int] | None, since: datetime | None
) -> Extended:
    """Expand the windows anew, in the transaction of a service that has authorised it."""
    concerned = {rule.instrument_id for rule in _rules(instrument_ids)} | set(instrument_ids or ())
    instrument_locks(concerned)
    rules = _rules(concerned)
    windows_cut(instrument_ids=concerned, since=since)
    for rule in rules:
        if since is None:
            rule.windows_until = None
        elif rule.windows_until is not None:
            rule.windows_until = min(rule.windows_until, local_date(since) - ONE_DAY)
    return _expand(_due(rules, now, not_before=since))


def windows_cut(*, instrument_ids: Collection[int] | None, since: datetime | None) -> None:
    """Remove the open time of these (or all) instruments from `since` on; the caller holds the locks."""
    windows = OpenWindow.objects.all()
    if instrument_ids is not None:
        windows = windows.filter(instrument_id__in=list(instrument_ids))
    if since is None:
        windows.delete()
        return
    windows.filter(starts_at__gte=since).delete()
    windows.filter(ends_at__gt=since).update(ends_at=since)


def _rules(instrument_ids: Collection[int] | None) -> list[OpenServiceRule]:
    """Return every standing version, the newest of each instrument first."""
    rules = standing_rules()
    if instrument_ids is not None:
        rules = rules.filter(instrument_id__in=list(instrument_ids))
    return list(
        rules.select_related("instrument")
        .only(
            "version", "applies_from", "holidays", "horizon_days", "windows_until", "instrument__retired_at"
        )
        .order_by("instrument_id", "-version")
    )


def _tasks(
    rules: Iterable[OpenServiceRule], now: datetime, not_before: datetime | None = None
) -> Iterator[_Task]:
    """Yield what is left to expand; `rules` has every version, the newest of each instrument first."""
    instrument_id, end = 0, END_OF_TIME
    for rule in rules:
        if rule.instrument_id != instrument_id:
            instrument_id, end = rule.instrument_id, rule.instrument.retired_at or END_OF_TIME
        begin = rule.applies_from
        if begin < end:
            # The evening before may run into the first day.
            first = rule.windows_until or local_date(begin) - ONE_DAY
            last = min(
                local_date(now) + timedelta(days=rule.horizon_days) + ONE_DAY, local_date(end) + ONE_DAY
            )
            begin_here = begin if not_before is None else max(begin, not_before)
            if first < last and begin_here < end:
                yield _Task(rule, first, last, begin_here, end)
        end = min(end, begin)


@dataclass(frozen=True)
class _Due:
    tasks: list[_Task]
    days: DayTable
    unknown_years: tuple[int, ...]


def _due(rules: list[OpenServiceRule], now: datetime, not_before: datetime | None = None) -> _Due:
    """Return what is left to expand in known years."""
    tasks = list(_tasks(rules, now, not_before))
    years = {day.year for task in tasks for day in (task.first, task.last)}
    days = day_table(range(min(years), max(years) + 1) if years else ())
    known, unknown = _within_known_years(tasks, days)
    return _Due(known, days, unknown)


def _expand(due: _Due) -> Extended:
    tasks = due.tasks
    for task in tasks:
        task.rule.windows_until = task.last
    written = _patterns_by_rule({task.rule.pk for task in tasks})
    last_windows = _last_windows(tasks)
    made: list[OpenWindow] = []
    replaced: list[int] = []
    for task in tasks:
        rule = task.rule
        events, exceptions = written[rule.pk]
        holidays = HolidayTreatment(rule.holidays)
        found = openings(events, holidays, task.first, task.last, due.days, exceptions)
        open_time = intersect(found, [Interval(task.begin, task.end)])
        before = last_windows.get(rule.pk)
        if before is not None and open_time and open_time[0].start <= before.ends_at:
            replaced.append(before.pk)
            open_time = merge([Interval(before.starts_at, before.ends_at), *open_time])
        made += [
            OpenWindow(instrument_id=rule.instrument_id, rule=rule, starts_at=one.start, ends_at=one.end)
            for one in open_time
        ]
    OpenWindow.objects.filter(pk__in=replaced).delete()
    OpenWindow.objects.bulk_create(made, batch_size=5000)
    OpenServiceRule.objects.bulk_update([task.rule for task in tasks], ["windows_until"], batch_size=500)
    return Extended(len(made), due.unknown_years)


def _within_known_years(tasks: list[_Task], days: DayTable) -> tuple[list[_Task], tuple[int, ...]]:
    """Return the tasks, ended before the first unknown year if they follow public holidays."""
    known: list[_Task] = []
    unknown: set[int] = set()
    for task in tasks:
        last = task.last
        if task.rule.holidays != HolidayTreatment.IGNORED:
            last = days.known_until(task.first, task.last)
            if last < task.last:
                unknown.add(last.year)
        if task.first < last:
            known.append(_Task(task.rule, task.first, last, task.begin, task.end))
    return known, tuple(sorted(unknown))


def _patterns_by_rule(rule_ids: Collection[int]) -> dict[int, tuple[list[Event], tuple[DayException, ...]]]:
    """Return the recurring events and the exceptions of each rule."""
    rules = (
        OpenServiceRule.objects.filter(pk__in=rule_ids)
        .select_related("calendar")
        .prefetch_related("exceptions", "calendar__event_set__rule")
    )
    return {rule.pk: (rule_events(rule), exceptions_of(rule)) for rule in rules}


def _last_windows(tasks: list[_Task]) -> dict[int, OpenWindow]:
    """Return the last window of each rule if it can touch what is expanded."""
    earliest = local_midnight(min((task.first for task in tasks), default=date(9000, 1, 1)))
    rows = OpenWindow.objects.filter(
        rule_id__in=[task.rule.pk for task in tasks], ends_at__gte=earliest
    ).order_by("starts_at")
    return {window.rule_id: window for window in rows}
