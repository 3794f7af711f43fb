"""The days of a use as the instrument was open on them, as sentences."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web.text.formats import (
    bilingual,
    clock_range,
    date_only,
    day,
    in_english,
    moment,
    timerange,
)
from providers.domain import DayKind

if TYPE_CHECKING:
    from bookings.public import GrantedHours
    from providers.models import Closure, OpenServiceRule
    from providers.public import PastDays

MOST_DAYS = 3
"""More days of one use are not told one by one."""


def whole_day(on: date) -> Interval:
    """Return the day from midnight to midnight in the city."""
    start = datetime.combine(on, time(), CITY_TIME)
    return Interval(start, start + timedelta(days=1))


def days_of(use: Interval) -> list[date]:
    """Return the days in the city that a use meets."""
    first = use.start.astimezone(CITY_TIME).date()
    last = (use.end - timedelta(microseconds=1)).astimezone(CITY_TIME).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def describe_days(past: "PastDays", use: Interval) -> Iterator[str]:
    """Yield the windows of each day of a use, whose rule they are, and what closed the instrument."""
    for on in days_of(use)[:MOST_DAYS]:
        whole = whole_day(on)
        windows = [part for window in past.windows if (part := window.intersection(whole))]
        yield _windows(on, windows)
        if kind := _special(past, on):
            yield kind
        if not windows and _rule_at(past, whole.start) is None:
            yield _("No rule of the instrument was in force.")
    rule = _rule_at(past, use.start)
    if rule is not None:
        yield _rule(rule)
    yield from (
        _closure(each) for each in past.closures if use.overlaps(Interval(each.starts_at, each.ends_at))
    )


def seconds_inside(windows: Iterable[Interval], use: Interval) -> int:
    """Return how many seconds of a use lie in disjoint windows."""
    parts = (use.intersection(window) for window in windows)
    return sum(part.length // timedelta(seconds=1) for part in parts if part)


def describe_granted(granted: "GrantedHours", use: Interval) -> str:
    """Return the hours around a use under the version of the rule that granted its booking."""
    inside = [part for window in granted.windows if (part := window.intersection(use))]
    return _("Its booking was granted by version {version}, which counts too: {windows}.").format(
        version=granted.version, windows=_(", ").join(map(timerange, inside))
    )


def _windows(on: date, windows: Sequence[Interval]) -> str:
    if not windows:
        return _("{day}: no open window.").format(day=day(on))
    return _("{day}: open {windows}.").format(
        day=day(on), windows=_(", ").join(clock_range(window) for window in windows)
    )


def _special(past: "PastDays", on: date) -> str:
    kind = past.days.days.get(on)
    if kind is None:
        return ""
    return _("It was a make-up workday.") if kind is DayKind.WORKDAY else _("It was a public holiday.")


def _rule_at(past: "PastDays", at: datetime) -> "OpenServiceRule | None":
    return next((rule for rule in past.rules if rule.applies_from <= at), None)


def _rule(rule: "OpenServiceRule") -> str:
    facts = {
        "version": rule.version,
        "since": date_only(rule.applies_from),
        "date": moment(rule.created_at),
        "name": rule.created_by.get_full_name() if rule.created_by else "",
    }
    if not rule.created_by:
        return _("Version {version} of the rule, in force since {since}, published on {date}.").format(
            **facts
        )
    return _("Version {version} of the rule, in force since {since}, published by {name} on {date}.").format(
        **facts
    )


def _closure(closure: "Closure") -> str:
    sentence = _("Closed {time}: {reason} (entered by {name} on {date}).").format(
        time=timerange(Interval(closure.starts_at, closure.ends_at)),
        reason=bilingual(closure, "reason"),
        name=closure.created_by.get_full_name(),
        date=moment(closure.created_at),
    )
    if closure.lifted_at is None:
        return sentence
    lifted = _("Lifted on {date}.").format(date=moment(closure.lifted_at))
    return f"{sentence} {lifted}" if in_english() else sentence + lifted
