"""Find the times that may be requested: every start that admission grants, with the ends it grants for it.

`admission.find_problems` judges one request; this module lists all requests that it would admit, as far as
time is concerned. Both read the same terms and the same situation, and a property test holds them together:
what is offered is admitted, and what is admitted is offered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING

from bookings.requests.domain import quota
from bookings.requests.domain.availability import (
    ceil_to_step,
    find_free_intervals,
    floor_to_step,
    get_latest_end,
    is_on_step,
)
from instrument_share.kernel.interval import Interval, merge
from providers.domain import FOR_THEMSELVES, OPERATED_BY_USER, QuotaHolder, ServiceMode, UserKind

if TYPE_CHECKING:
    from providers.domain import Terms, TermsDraft

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Offer:
    """A start and its possible ends: every step from `first_end` through `last_end`."""

    start: datetime
    first_end: datetime
    last_end: datetime
    step: timedelta

    def admits(self, interval: Interval) -> bool:
        """Return whether the interval may be requested by this offer."""
        return (
            self.start == interval.start
            and self.first_end <= interval.end <= self.last_end
            and is_on_step(interval.end, self.step)
        )

    def get_nearest(self, length: timedelta) -> Interval:
        """Return the possible time that differs least from this length, the shorter one of two."""
        end = floor_to_step(min(self.start + length, self.last_end), self.step)
        return Interval(self.start, max(self.first_end, end))

    def ends_after(self, instant: datetime) -> Iterator[datetime]:
        """Yield the possible ends after the instant, by time."""
        end = ceil_to_step(max(self.first_end, instant + timedelta.resolution), self.step)
        while end <= self.last_end:
            yield end
            end = ceil_to_step(end + timedelta.resolution, self.step)


@dataclass(frozen=True)
class OfferRun:
    """Offers that follow each other by `step`: their starts, and the bounds that are the same for all.

    A booking from one of the starts lasts `shortest` or longer, at most `longest` (None: no such bound), and
    ends at `latest_end` or earlier.
    """

    first_start: datetime
    last_start: datetime
    step: timedelta
    shortest: timedelta
    longest: timedelta | None
    latest_end: datetime


@dataclass(frozen=True)
class Admittance:
    """As what terms admit somebody, and to which ways of service."""

    user_kind: UserKind
    service_modes: frozenset[ServiceMode]
    operates_until: datetime | None = None
    """The end of their qualification, where operating the instrument takes one."""

    def get_modes(self, end: datetime) -> frozenset[ServiceMode]:
        """Return the ways of service in which they may book a time with this end."""
        if self.operates_until is None or end <= self.operates_until:
            return self.service_modes
        return self.service_modes - OPERATED_BY_USER


@dataclass(frozen=True)
class Version:
    """Terms, and the starts to which they apply: `[since, until)`; `until` is None for the last version."""

    terms: "TermsDraft"
    since: datetime
    until: datetime | None = None
    latest_end: datetime | None = None
    """Until when the user may operate the instrument, where nothing but that is open to them."""
    admittance: Admittance | None = None
    """Of the user for whom times are looked for, if there is one."""

    def applies_at(self, start: datetime) -> bool:
        """Return whether a booking with this start is under these terms."""
        return self.since <= start and (self.until is None or start < self.until)


NOTHING_BOOKED: Mapping[QuotaHolder, Sequence[Interval]] = {QuotaHolder.USER: ()}
"""What counts towards quotas of somebody who has booked nothing; an organization need not be there."""


@dataclass(frozen=True)
class InstrumentTime:
    """What limits the times of one instrument, around the interval in which offers are wanted."""

    versions: Sequence[Version]
    windows: Sequence[Interval]
    closures: Sequence[Interval] = ()
    holds: Sequence[Interval] = ()
    counted: Mapping[QuotaHolder, Sequence[Interval]] = field(default_factory=dict)
    """Bookings that count towards the quotas of each holder; the quotas of other holders do not apply."""

    @cached_property
    def open_time(self) -> list[Interval]:
        """Return the windows, merged."""
        return merge(self.windows)

    @cached_property
    def stretches(self) -> list[list[Interval]]:
        """Return the stretches without obstacle under each version, by start.

        Worked out once: the first offers of sixty days took 450 ms with a thousand bookings ahead.
        """
        return [_free_stretches(version.terms, self.open_time, self) for version in self.versions]


def get_versions(newest_first: "Iterable[Terms]") -> list[Version]:
    """Return the versions of a rule that ever apply, by time; a newer one ends the older ones."""
    found: list[Version] = []
    until: datetime | None = None
    for terms in newest_first:
        if until is None or terms.applies_from < until:
            found.append(Version(terms, terms.applies_from, until))
            until = terms.applies_from
    return found[::-1]


def find_offers(
    times: Sequence[InstrumentTime], interval: Interval, now: datetime, *, is_under_way: bool = False
) -> list[Offer]:
    """Return the offers whose start lies in the interval, by start.

    Instruments that are booked together are given together: a time is offered if each of them admits it. No
    lead binds a booking under way, whose start is past.
    """
    first, *others = (list(_find_offers(time, interval, now, is_under_way=is_under_way)) for time in times)
    for other in others:
        first = list(_intersect(first, other))
    return first


def find_first_offer(times: Sequence[InstrumentTime], interval: Interval, now: datetime) -> Offer | None:
    """Return the offer with the earliest start in the interval, or None; looks no further than needed."""
    return next(_iterate_offers(times, interval, now), None)


def _iterate_offers(times: Sequence[InstrumentTime], interval: Interval, now: datetime) -> Iterator[Offer]:
    """Yield what `find_offers` returns; looks no further than is asked for."""
    if len(times) == 1:
        yield from _find_offers(times[0], interval, now)
        return
    for day in split_by_day(interval):
        yield from find_offers(times, day, now)


def get_latest_request(times: Sequence[InstrumentTime], start: datetime) -> datetime:
    """Return until when a start may be requested: the longest lead of those booked together before it."""
    versions = (version for time in times for version in time.versions if version.applies_at(start))
    return start - max(version.terms.lead for version in versions)


def find_starts(
    times: Sequence[InstrumentTime], interval: Interval, length: timedelta, now: datetime
) -> Iterator[datetime]:
    """Yield the starts in the interval that are offered for this length, by time."""
    for offer in _iterate_offers(times, interval, now):
        if offer.admits(Interval(offer.start, offer.start + length)):
            yield offer.start


def merge_offers(offers: Iterable[Offer]) -> list[Interval]:
    """Return the time that the offers cover."""
    return merge(Interval(offer.start, offer.last_end) for offer in offers)


def group_offers(offers: Iterable[Offer]) -> list[OfferRun]:
    """Return the same offers in as few runs as they need."""
    runs: list[OfferRun] = []
    for offer in offers:
        run = _extend(runs[-1], offer) if runs else None
        if run is None:
            length = offer.last_end - offer.start
            runs.append(
                OfferRun(
                    offer.start,
                    offer.start,
                    offer.step,
                    offer.first_end - offer.start,
                    length,
                    offer.last_end,
                )
            )
        else:
            runs[-1] = run
    return runs


def _extend(run: OfferRun, offer: Offer) -> OfferRun | None:
    """Return the run with the offer after it, or None if it doesn't fit."""
    follows = offer.start == ceil_to_step(run.last_start + timedelta.resolution, run.step)
    if not follows or offer.step != run.step or offer.first_end - offer.start != run.shortest:
        return None
    is_alone = run.first_start == run.last_start
    if offer.last_end == run.latest_end and (run.longest is None or is_alone):
        return replace(run, last_start=offer.start, longest=None)
    if run.longest is not None and offer.last_end - offer.start == run.longest:
        return replace(run, last_start=offer.start, latest_end=offer.last_end)
    return None


def _find_offers(
    time: InstrumentTime, interval: Interval, now: datetime, *, is_under_way: bool = False
) -> Iterator[Offer]:
    windows = time.open_time
    for version, stretches in zip(time.versions, time.stretches, strict=True):
        terms = version.terms
        begin = max(interval.start, version.since)
        if not is_under_way:
            begin = max(begin, now + terms.lead)
        end = interval.end if version.until is None else min(interval.end, version.until)
        latest_end = get_latest_end(terms, now)
        latest = min(latest_end, version.latest_end or latest_end)
        for stretch in stretches:
            if stretch.end <= begin:
                continue
            if stretch.start >= end:
                break
            ends_in = windows if terms.may_span_gaps else [stretch]
            start = ceil_to_step(max(begin, stretch.start), terms.step)
            while start < min(end, stretch.end):
                last_end = min(stretch.end, latest, start + terms.max_length)
                if _starts_in(ends_in, start):
                    yield from _offers_at(
                        start, terms, _limit_by_quotas(terms, time.counted, start, last_end), ends_in
                    )
                start = ceil_to_step(start + timedelta.resolution, terms.step)


def _free_stretches(terms: "TermsDraft", windows: Sequence[Interval], time: InstrumentTime) -> list[Interval]:
    """Return the stretches without obstacle; where a booking may span gaps, closing hours are none."""
    if terms.may_span_gaps and windows:
        windows = [Interval(windows[0].start, windows[-1].end)]
    return find_free_intervals(windows, time.closures, time.holds, terms.turnaround)


def _starts_in(windows: Sequence[Interval], start: datetime) -> bool:
    return any(window.start <= start < window.end for window in windows)


def _offers_at(
    start: datetime, terms: "TermsDraft", last_end: datetime, ends_in: Sequence[Interval]
) -> Iterator[Offer]:
    """Yield an offer for each window in which a booking from `start` may end."""
    for window in ends_in:
        if window.end <= start:
            continue
        first = ceil_to_step(max(start + terms.min_length, window.start + timedelta.resolution), terms.step)
        last = floor_to_step(min(last_end, window.end), terms.step)
        if first <= last:
            yield Offer(start, first, last, terms.step)


def _limit_by_quotas(
    terms: "TermsDraft",
    counted: Mapping[QuotaHolder, Sequence[Interval]],
    start: datetime,
    last_end: datetime,
) -> datetime:
    """Return the latest end, at most `last_end`, that keeps all quotas; `start` if there is none.

    Those of organizations bind everybody where the terms admit nobody else.
    """
    for_organizations = terms.user_kinds.isdisjoint(FOR_THEMSELVES)
    for one in terms.quotas:
        if (one.holder in counted or for_organizations) and start < last_end:
            last_end = quota.limit_end(one, Interval(start, last_end), counted.get(one.holder, ()))
    return last_end


def _intersect(offers: Iterable[Offer], others: Iterable[Offer]) -> Iterator[Offer]:
    by_start: dict[datetime, list[Offer]] = {}
    for other in others:
        by_start.setdefault(other.start, []).append(other)
    for offer in offers:
        for other in by_start.get(offer.start, ()):
            step = lcm(offer.step // MINUTE, other.step // MINUTE) * MINUTE
            first = ceil_to_step(max(offer.first_end, other.first_end), step)
            last = floor_to_step(min(offer.last_end, other.last_end), step)
            if first <= last:
                yield Offer(offer.start, first, last, step)


def split_by_day(interval: Interval) -> Iterator[Interval]:
    """Yield the parts of the interval by day in Asia/Shanghai."""
    start = interval.start
    while start < interval.end:
        end = min(interval.end, quota.get_day_interval(start).end)
        yield Interval(start, end)
        start = end
