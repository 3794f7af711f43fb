"""The state of a kind of information over time, as a step function of dated records.

Every record holds from a day on, until another day or for good: an item is recent for 365 days, a regulation
is in force until it expires. A `Span` is such a period, and the number of spans on a day decides the state.
One function thus gives the state of any day, since when it holds and when it ends.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from providers.terms.domain.special_days import ONE_DAY
from providers.units.domain.choices import Completeness
from providers.units.domain.information import (
    CASES_NEEDED,
    LASTS,
    NEWS_NEEDED,
    STATEMENT_DUE,
    InformationKind,
    InstrumentRecord,
    ProfileRevision,
    Published,
    UnitRecord,
    earliest,
)

Counts = Mapping[str, int]
Rule = Callable[[Counts], Completeness]


@dataclass(frozen=True)
class Span:
    """A period in which `what` holds, from `start` until before `end` (None: for good); may be empty."""

    what: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Course:
    """The days on which the state changes, with the new states; before them it is `missing`."""

    days: tuple[date, ...] = ()
    states: tuple[Completeness, ...] = ()

    def state(self, on: date) -> Completeness:
        """Return the state on a day."""
        at = bisect_right(self.days, on)
        return self.states[at - 1] if at else Completeness.MISSING

    def since(self, on: date) -> date | None:
        """Return the first day of the state that holds on a day; None: from the beginning."""
        at = bisect_right(self.days, on)
        return self.days[at - 1] if at else None

    def until(self, on: date) -> date | None:
        """Return the next day with another state if nothing is done, or None."""
        at = bisect_right(self.days, on)
        return self.days[at] if at < len(self.days) else None


def course(spans: Iterable[Span], rule: Rule) -> Course:
    """Return the course of these spans under a rule, which returns `missing` for no spans."""
    steps: dict[date, Counter[str]] = defaultdict(Counter)
    for span in spans:
        if span.end is not None and span.end <= span.start:
            continue
        steps[span.start][span.what] += 1
        if span.end is not None:
            steps[span.end][span.what] -= 1
    counts: Counter[str] = Counter()
    days: list[date] = []
    states: list[Completeness] = []
    now = Completeness.MISSING
    for day in sorted(steps):
        for what, change in steps[day].items():
            counts[what] += change
        if (state := rule(counts)) is not now:
            days.append(day)
            states.append(state)
            now = state
    return Course(tuple(days), tuple(states))


def courses(unit: UnitRecord, threshold_yuan: Decimal | int) -> Mapping[InformationKind, Course]:
    """Return the course of each kind, including the future if nothing more is published."""
    threshold = Decimal(threshold_yuan)
    return {
        InformationKind.PROFILE: course(_profile_spans(unit.profile), _rule("fresh", "shown")),
        InformationKind.INSTRUMENT: course(_instrument_spans(unit.instruments, threshold), _instrument_rule),
        InformationKind.NEWS: course(_recent_spans(unit.news), _rule("recent", "standing", NEWS_NEEDED)),
        InformationKind.REGULATION: course(_regulation_spans(unit.regulations), _rule("in_force", "begun")),
        InformationKind.CASE: course(_recent_spans(unit.cases), _rule("recent", "standing", CASES_NEEDED)),
        InformationKind.OPENNESS: course(_statement_spans(unit.statements), _rule("counting", "earlier")),
    }


def _rule(complete: str, stale: str, needed: int = 1) -> Rule:
    """Return a rule: complete with `needed` spans of one kind, else stale with as many of another."""

    def rule(counts: Counts) -> Completeness:
        if counts[complete] >= needed:
            return Completeness.COMPLETE
        return Completeness.STALE if counts[stale] >= needed else Completeness.MISSING

    return rule


def _profile_spans(revisions: Iterable[ProfileRevision]) -> Iterator[Span]:
    every = list(revisions)
    for at, one in enumerate(every):
        replaced = every[at + 1].on if at + 1 < len(every) else None
        if one.published and not one.lacking:
            yield Span("shown", one.on, replaced)
            if one.confirmed is not None:
                yield Span("fresh", one.on, earliest(replaced, one.confirmed + LASTS))


def _instrument_spans(instruments: Iterable[InstrumentRecord], threshold: Decimal) -> Iterator[Span]:
    for one in instruments:
        if one.published is not None:
            yield Span("published", max(one.published, one.created), one.retired)
        for start, end in one.due(threshold):
            yield Span("unpublished", start, earliest(one.published, end))
            for begins, ends in _unconfirmed(one):
                yield Span("stale", max(start, begins), earliest(ends, end))


def _unconfirmed(instrument: InstrumentRecord) -> Iterator[tuple[date, date | None]]:
    """Yield the periods in which the last confirmation was too old."""
    begins = instrument.created
    for day in sorted(instrument.confirmed):
        yield begins, day
        begins = day + LASTS
    yield begins, None


def _instrument_rule(counts: Counts) -> Completeness:
    if not counts["published"] or counts["unpublished"]:
        return Completeness.MISSING
    return Completeness.STALE if counts["stale"] else Completeness.COMPLETE


def _recent_spans(publications: Iterable[Published]) -> Iterator[Span]:
    for one in publications:
        yield Span("standing", one.on, one.withdrawn)
        yield Span("recent", one.on, earliest(one.withdrawn, one.on + LASTS))


def _regulation_spans(regulations: Iterable[Published]) -> Iterator[Span]:
    for one in regulations:
        if one.effective is None:
            continue
        begins = max(one.on, one.effective)
        expired = None if one.expires is None else one.expires + ONE_DAY
        yield Span("begun", begins, one.withdrawn)
        yield Span("in_force", begins, earliest(one.withdrawn, expired))


def _statement_spans(statements: Iterable[Published]) -> Iterator[Span]:
    """Yield when each year's statement counts: from 1 January after it until 31 March a year later."""
    for one in statements:
        if one.year is None:
            continue
        due = date(one.year + 2, *STATEMENT_DUE) + ONE_DAY
        yield Span("counting", max(one.on, date(one.year + 1, 1, 1)), earliest(one.withdrawn, due))
        yield Span("earlier", max(one.on, date(one.year + 2, 1, 1)), one.withdrawn)
