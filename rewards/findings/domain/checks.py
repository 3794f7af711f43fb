"""Checks of usage entries before anyone is paid; each returns candidates for a person to decide.

All take the entries of one instrument, except `check_two_places`, which takes those of one operator. Pass
confirmed entries that nobody invalidated.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from rewards.cycle.domain.entries import EntryFacts, count_seconds, find_overlapping_pairs, is_late_by_hand
from rewards.policy.domain.figures import format_exact, format_rounded, to_hours


@dataclass(frozen=True)
class Candidate:
    """A suspicious case: its kind, the entries (public ids), and evidence to store as JSON."""

    kind: str
    entries: tuple[str, ...]
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Thresholds:
    """The limits beyond which checks report."""

    longest: timedelta = timedelta(hours=24)
    late_days: int = 30
    outside_windows: timedelta = timedelta(hours=1)
    """How much of a use may lie outside the windows: half an hour before opening and after closing each."""
    idle_part: Decimal = Decimal("0.01")
    """Up to which part of an entry's length idle time is taken for none."""
    amount_ratio: Decimal = Decimal("0.5")
    """How far the amount may lie from the quote, as a part of the quote."""
    bulk_days: int = 10
    bulk_entries: int = 20
    bulk_delay: timedelta = timedelta(days=3)
    """An entry made sooner after its end than this is no entry in bulk."""
    never_idle_days: int = 10
    device_seconds: int = 900
    """How far an entry by hand may begin or end from the device's."""


DEFAULT = Thresholds()

CHECK_FIGURES: Mapping[str, str] = {"hours": format_exact(to_hours(DEFAULT.longest // timedelta(seconds=1)))}
"""The thresholds that the messages of the checks state."""


def check_overlap(entries: Iterable[EntryFacts]) -> list[Candidate]:
    """Find pairs of entries that overlap; the time is taken from the one recorded later."""
    return [
        _pair("overlap", first, second, taken_from=second.public_id)
        for first, second in find_overlapping_pairs(entries)
    ]


def check_length(entries: Iterable[EntryFacts], limits: Thresholds = DEFAULT) -> list[Candidate]:
    """Find entries longer than the limit, or begun before or running past the booking and its grace."""
    found = []
    for entry in entries:
        begun_early = entry.booked_from is not None and entry.start < entry.booked_from
        overrun = entry.booked_until is not None and entry.end > entry.booked_until
        if entry.end - entry.start > limits.longest or begun_early or overrun:
            evidence = {"hours": _hours(entry.interval), "booked_until": None}
            if entry.booked_from is not None and begun_early:
                evidence["booked_from"] = _instant(entry.booked_from)
            if entry.booked_until is not None:
                evidence["booked_until"] = _instant(entry.booked_until)
            found.append(_single("too_long", entry, **evidence))
    return found


def check_windows(entries: Iterable[EntryFacts], limits: Thresholds = DEFAULT) -> list[Candidate]:
    """Find entries that lie outside the open windows wholly, or for longer than the limit."""
    found = []
    for entry in entries:
        outside = timedelta(seconds=entry.outside_seconds)
        if outside >= entry.end - entry.start or outside > limits.outside_windows:
            hours = format_rounded(to_hours(entry.outside_seconds))
            found.append(_single("outside_windows", entry, hours=hours))
    return found


def check_booking(entries: Iterable[EntryFacts]) -> list[Candidate]:
    """Find entries without a booking."""
    return [_single("no_booking", entry, capture=entry.capture) for entry in entries if not entry.booking]


def check_self_dealing(entries: Iterable[EntryFacts], related: Collection[str]) -> list[Candidate]:
    """Find external entries whose user is the owner, or one of `related` (public ids) and not marked so."""
    return [
        _single(
            "self_dealing", entry, user=entry.user_organization, owner=entry.owner, amount=str(entry.amount)
        )
        for entry in entries
        if entry.external
        and (
            entry.user_organization == entry.owner
            or (entry.user_organization in related and not entry.related)
        )
    ]


def check_late_entries(entries: Iterable[EntryFacts], limits: Thresholds = DEFAULT) -> list[Candidate]:
    """Find entries made by hand later than the limit allows."""
    return [
        _single("late_by_hand", entry, recorded_at=_instant(entry.recorded_at), limit_days=limits.late_days)
        for entry in entries
        if is_late_by_hand(entry, limits.late_days)
    ]


def check_bulk_at_year_end(
    entries: Iterable[EntryFacts], year: int, limits: Thresholds = DEFAULT
) -> list[Candidate]:
    """Find many entries made by hand, well after their use, in the last days of the year or after it.

    One candidate for all of them.
    """
    first = date(year + 1, 1, 1) - timedelta(days=limits.bulk_days)
    bulk = [
        entry
        for entry in entries
        if entry.by_hand
        and entry.recorded_at.astimezone(CITY_TIME).date() >= first
        and entry.delay > limits.bulk_delay
    ]
    if len(bulk) < limits.bulk_entries:
        return []
    ids = tuple(sorted(entry.public_id for entry in bulk))
    return [Candidate("bulk_at_year_end", ids, {"entries": len(bulk), "from": first.isoformat()})]


def check_amount(entries: Iterable[EntryFacts], limits: Thresholds = DEFAULT) -> list[Candidate]:
    """Find entries whose amount lies far from the quote, external ones of 0, and amounts without a quote."""
    found = []
    for entry in entries:
        if _is_odd_amount(entry, limits.amount_ratio):
            quoted = None if entry.quoted is None else str(entry.quoted)
            found.append(_single("amount", entry, amount=str(entry.amount), quoted=quoted))
    return found


def check_disputes(entries: Iterable[EntryFacts]) -> list[Candidate]:
    """Find entries whose user disputes the hours, and whose unit had not answered at the freeze."""
    return [_single("disputed", entry, dispute=entry.open_dispute) for entry in entries if entry.open_dispute]


def check_two_places(entries: Iterable[EntryFacts]) -> list[Candidate]:
    """Find entries of one operator at the same time on instruments in different places."""
    known = [entry for entry in entries if entry.operator and entry.place]
    return [
        _pair("two_places", first, second, places=[first.place, second.place])
        for first, second in find_overlapping_pairs(known)
        if first.instrument != second.instrument
        and first.place != second.place
        and first.operator == second.operator
    ]


def check_never_idle(entries: Iterable[EntryFacts], limits: Thresholds = DEFAULT) -> list[Candidate]:
    """Find runs of days on which every entry was effective from its start to its end, or nearly so."""
    by_day: dict[date, list[EntryFacts]] = defaultdict(list)
    for entry in entries:
        by_day[_day(entry.start)].append(entry)
    found, run = [], list[date]()
    for day in [*sorted(by_day), None]:
        if day is not None and all(_is_effective_throughout(e, limits.idle_part) for e in by_day[day]):
            run.append(day)
            continue
        if len(run) >= limits.never_idle_days:
            ids = tuple(sorted(entry.public_id for each in run for entry in by_day[each]))
            evidence = {"days": len(run), "from": run[0].isoformat(), "to": run[-1].isoformat()}
            found.append(Candidate("never_idle", ids, evidence))
        run = []
    return found


def check_daily_total(entries: Iterable[EntryFacts]) -> list[Candidate]:
    """Find days of the city's calendar whose entries have more effective time than the day holds."""
    by_day: dict[date, list[tuple[EntryFacts, Fraction | int]]] = defaultdict(list)
    for entry in entries:
        day = _day(entry.start)
        if entry.end <= _whole_day(day).end:
            by_day[day].append((entry, entry.effective_seconds))
            continue
        for day, part in _by_day(entry.interval):
            by_day[day].append((entry, entry.effective_seconds * count_seconds(part) / entry.length_seconds))
    found = []
    for day, parts in sorted(by_day.items()):
        claimed = sum(seconds for _, seconds in parts)
        holds = _seconds_of_day(day)
        if claimed > holds:
            ids = tuple(sorted(entry.public_id for entry, _ in parts))
            evidence = {
                "day": day.isoformat(),
                "hours": format_rounded(to_hours(claimed)),
                "holds": format_rounded(to_hours(holds)),
            }
            found.append(Candidate("above_calendar", ids, evidence))
    return found


def check_device(
    by_hand: Iterable[EntryFacts], by_device: Iterable[EntryFacts], limits: Thresholds = DEFAULT
) -> list[Candidate]:
    """Find entries by hand that overlap what a device captured, and begin or end far from it."""
    most = timedelta(seconds=limits.device_seconds)
    devices = list(by_device)
    return [
        _pair("device_disagrees", device, entry)
        for entry in by_hand
        for device in devices
        if entry.interval.overlaps(device.interval)
        and (abs(entry.start - device.start) > most or abs(entry.end - device.end) > most)
    ]


def _is_odd_amount(entry: EntryFacts, ratio: Decimal) -> bool:
    if entry.quoted is None:
        return entry.amount > 0 or entry.external
    return abs(entry.amount - entry.quoted) > ratio * entry.quoted


def _is_effective_throughout(entry: EntryFacts, idle_part: Decimal) -> bool:
    return entry.effective_seconds >= entry.length_seconds * (1 - Fraction(idle_part))


def _single(kind: str, entry: EntryFacts, **evidence: Any) -> Candidate:
    times = {"start": _instant(entry.start), "end": _instant(entry.end)}
    return Candidate(kind, (entry.public_id,), times | evidence)


def _pair(kind: str, first: EntryFacts, second: EntryFacts, **evidence: Any) -> Candidate:
    """Return a candidate for two entries and their common time, the earlier recorded one first."""
    common = first.interval.intersection(second.interval)
    assert common is not None
    times = {"start": _instant(common.start), "end": _instant(common.end), "hours": _hours(common)}
    return Candidate(kind, (first.public_id, second.public_id), times | evidence)


def _instant(instant: datetime) -> str:
    return instant.astimezone(CITY_TIME).isoformat()


def _hours(interval: Interval) -> str:
    return format_rounded(to_hours(count_seconds(interval)))


def _day(instant: datetime) -> date:
    return instant.astimezone(CITY_TIME).date()


@lru_cache(maxsize=1000)
def _whole_day(day: date) -> Interval:
    return Interval(
        datetime.combine(day, time(), CITY_TIME),
        datetime.combine(day + timedelta(days=1), time(), CITY_TIME),
    )


@lru_cache(maxsize=1000)
def _seconds_of_day(day: date) -> Fraction:
    return count_seconds(_whole_day(day))


def _by_day(interval: Interval) -> Iterator[tuple[date, Interval]]:
    """Yield the interval split at the city's midnights."""
    day = _day(interval.start)
    while (whole := _whole_day(day)).start < interval.end:
        part = interval.intersection(whole)
        if part:
            yield day, part
        day += timedelta(days=1)
