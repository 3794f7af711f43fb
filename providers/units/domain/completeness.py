"""Judge the six kinds of information on a unit's page as of a date.

Only dated publications count, so that any past date can be judged again with the same result. "Within 365
days" is by the calendar: 365 days ago counts, 366 days ago does not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence, Words
from providers.instruments.domain.freshness import FRESH_FOR
from providers.units.domain.choices import Completeness, InformationState
from providers.units.domain.completeness_rules import Course, courses
from providers.units.domain.information import (
    CASES_NEEDED,
    KIND_WORDS,
    NEWS_NEEDED,
    STATEMENT_DUE,
    InformationKind,
    InstrumentRecord,
    ProfileRevision,
    Published,
    UnitRecord,
)
from providers.units.domain.profiles import SHORTEST_INTRODUCTION


@dataclass(frozen=True)
class KindCompleteness:
    """The state of one kind with its reason and the next step, if any."""

    kind: InformationKind
    state: Completeness
    shown: InformationState
    """The state in words."""
    reason: Sentence
    next_step: Sentence | None = None
    since: date | None = None
    """The first day on which this state held, without interruption until now."""
    with_bureau: bool = False
    """All that is open waits for the bureau's review: there is nothing for the unit to do."""

    @property
    def title(self) -> Words:
        return Words(KIND_WORDS[self.kind])


@dataclass(frozen=True)
class UnitCompleteness:
    """The completeness of a unit's information as of a date."""

    organization_id: int
    as_of: date
    kinds: tuple[KindCompleteness, ...] = field(default_factory=tuple)

    @property
    def complete(self) -> int:
        """Return the number of complete kinds; stale ones do not count."""
        return sum(kind.state is Completeness.COMPLETE for kind in self.kinds)

    @property
    def percent(self) -> int:
        """Return the percentage of complete kinds, rounded down so that only six of six give 100."""
        return self.complete * 100 // len(InformationKind)

    @property
    def next_steps(self) -> tuple[KindCompleteness, ...]:
        """Return the incomplete kinds, missing ones first."""
        open_kinds = [kind for kind in self.kinds if kind.state is not Completeness.COMPLETE]
        return tuple(sorted(open_kinds, key=lambda kind: kind.state is not Completeness.MISSING))

    @property
    def to_do(self) -> tuple[KindCompleteness, ...]:
        """Return those that the unit can act on now."""
        return tuple(kind for kind in self.next_steps if not kind.with_bureau)


def completeness_on(
    unit: UnitRecord, days: Iterable[date], threshold_yuan: Decimal | int
) -> tuple[UnitCompleteness, ...]:
    """Judge a unit as of the ends of several days, at little more cost than one.

    Instruments count from an original value of `threshold_yuan`.
    """
    threshold = Decimal(threshold_yuan)
    known = courses(unit, threshold)
    return tuple(
        UnitCompleteness(
            unit.organization_id,
            day,
            tuple(_judged(unit, kind, known[kind], day, threshold) for kind in InformationKind),
        )
        for day in days
    )


def expiry_dates(unit: UnitRecord, as_of: date, threshold_yuan: Decimal | int) -> dict[InformationKind, date]:
    """Return complete kinds with the first day on which each expires if nothing is done."""
    ends = {
        kind: one.until(as_of)
        for kind, one in courses(unit, threshold_yuan).items()
        if one.state(as_of) is Completeness.COMPLETE
    }
    return {kind: day for kind, day in ends.items() if day is not None}


@dataclass(frozen=True)
class KindChange:
    """A kind whose state differs between two days."""

    kind: InformationKind
    before: Completeness
    after: Completeness
    shown_before: InformationState
    shown_after: InformationState

    @property
    def better(self) -> bool:
        return RANK[self.after] > RANK[self.before]

    @property
    def title(self) -> Words:
        return Words(KIND_WORDS[self.kind])


RANK = {Completeness.MISSING: 0, Completeness.STALE: 1, Completeness.COMPLETE: 2}


def kind_changes(before: UnitCompleteness, after: UnitCompleteness) -> tuple[KindChange, ...]:
    """Return the kinds that improved or declined between two days."""
    return tuple(
        KindChange(then.kind, then.state, now.state, then.shown, now.shown)
        for then, now in zip(before.kinds, after.kinds, strict=True)
        if then.state is not now.state
    )


# --- What is said of it -----------------------------------------------------------------------------------


def _judged(
    unit: UnitRecord, kind: InformationKind, known: Course, as_of: date, threshold: Decimal
) -> KindCompleteness:
    state = known.state(as_of)
    reason, next_step = _EXPLAIN[kind](unit, state, as_of, threshold)
    since = known.since(as_of) or unit.joined
    with_bureau = next_step is not None and next_step.message in WITH_BUREAU
    shown = _state_in_words(unit, kind, state, as_of)
    return KindCompleteness(kind, state, shown, reason, next_step, since, with_bureau)


def _state_in_words(
    unit: UnitRecord, kind: InformationKind, state: Completeness, as_of: date
) -> InformationState:
    """Return the state as pages name it: what is published in part is neither missing nor out of date."""
    if state is not Completeness.COMPLETE and kind in _LISTS and _count_recent(_LISTS[kind](unit), as_of):
        return InformationState.TOO_FEW
    if state is Completeness.MISSING and kind in _IN_PART and _IN_PART[kind](unit, as_of):
        return InformationState.INCOMPLETE
    return InformationState(state)


def is_fresh(on: date | None, as_of: date) -> bool:
    """Return whether the date is within 365 days before `as_of`."""
    return on is not None and as_of - on <= FRESH_FOR


PROFILE_IN_REVIEW = gettext_noop("Nothing to do: the bureau is reviewing the profile.")
INSTRUMENTS_IN_REVIEW = gettext_noop("Nothing to do: the bureau is reviewing them.")
WITH_BUREAU = frozenset({PROFILE_IN_REVIEW, INSTRUMENTS_IN_REVIEW})

Said = tuple[Sentence, Sentence | None]


def _say(reason: str, next_step: str | None = None, **params: Any) -> Said:
    return Sentence(reason, params), None if next_step is None else Sentence(next_step, params)


def _latest_profile(unit: UnitRecord, as_of: date) -> ProfileRevision | None:
    return next((revision for revision in reversed(unit.profile) if revision.on <= as_of), None)


def _profile_lacks_values(unit: UnitRecord, as_of: date) -> bool:
    latest = _latest_profile(unit, as_of)
    return latest is not None and latest.published and bool(latest.lacking)


def _profile(unit: UnitRecord, state: Completeness, as_of: date, _threshold: Decimal) -> Said:
    latest = _latest_profile(unit, as_of)
    if latest is not None and latest.in_review:
        return _say(gettext_noop("The profile is not published."), PROFILE_IN_REVIEW)
    if latest is None or not latest.published:
        return _say(
            gettext_noop("The profile is not published."),
            gettext_noop("Fill in the profile and submit it for review."),
        )
    if latest.lacking:
        return _say(
            gettext_noop("The profile lacks: {fields}."),
            gettext_noop("Add to the profile: {fields}."),
            fields=tuple(Words(label) for label in latest.lacking),
            shortest=SHORTEST_INTRODUCTION,
        )
    if state is Completeness.STALE:
        return _say(
            gettext_noop("The profile was last confirmed on {date}, more than {days} days ago."),
            gettext_noop("Read the profile through and confirm it."),
            days=FRESH_FOR.days,
            date=latest.confirmed,
        )
    return _say(gettext_noop("The profile was confirmed on {date}."), date=latest.confirmed)


def _instruments(unit: UnitRecord, state: Completeness, as_of: date, threshold: Decimal) -> Said:
    present = [one for one in unit.instruments if _is_present(one, as_of)]
    published = _published_instruments(unit, as_of)
    if not published:
        return _say(
            gettext_noop("No instrument is published."),
            gettext_noop("Enter the instruments, or import them from a sheet, and submit them for review."),
        )
    due = [one for one in present if one.is_due(as_of, threshold)]
    if state is Completeness.MISSING:
        return _unpublished([one for one in due if one not in published], len(due), as_of, threshold)
    if state is Completeness.STALE:
        return _unconfirmed(due, as_of)
    if not due:
        return _say(
            gettext_noop("No instrument reaches ¥{threshold}; published below it: {number}."),
            number=len(published),
            threshold=threshold,
        )
    return _say(
        gettext_noop("All {total} instruments of ¥{threshold} and more are published and confirmed."),
        total=len(due),
        threshold=threshold,
    )


def _published_instruments(unit: UnitRecord, as_of: date) -> list[InstrumentRecord]:
    return [
        one
        for one in unit.instruments
        if _is_present(one, as_of) and one.published is not None and one.published <= as_of
    ]


def _is_present(instrument: InstrumentRecord, as_of: date) -> bool:
    return instrument.created <= as_of and (instrument.retired is None or instrument.retired > as_of)


def _unpublished(instruments: list[InstrumentRecord], total: int, as_of: date, threshold: Decimal) -> Said:
    own = [one for one in instruments if one.in_review is None or one.in_review > as_of]
    return _say(
        gettext_noop("{number} of {total} instruments of ¥{threshold} and more are not published: {names}."),
        _to_submit(instruments, own),
        number=len(instruments),
        total=total,
        threshold=threshold,
        names=_some(one.name for one in instruments),
        own=_some(one.name for one in own),
    )


def _unconfirmed(due: list[InstrumentRecord], as_of: date) -> Said:
    stale = [one for one in due if not is_fresh(_last(one.confirmed, as_of), as_of)]
    return _say(
        gettext_noop(
            "{number} of {total} instruments have not been confirmed for more than {days} days: {names}."
        ),
        gettext_noop("Read them through and confirm them."),
        days=FRESH_FOR.days,
        number=len(stale),
        total=len(due),
        names=_some(one.name for one in stale),
    )


def _to_submit(unpublished: list[InstrumentRecord], own: list[InstrumentRecord]) -> str:
    """Return the next step; the reason names the instruments unless only some wait for the unit."""
    if not own:
        return INSTRUMENTS_IN_REVIEW
    if own == unpublished:
        return gettext_noop("Complete and submit them.")
    return gettext_noop("Complete and submit: {own}.")


def _count_recent(publications: Iterable[Published], as_of: date) -> int:
    return sum(is_fresh(one.on, as_of) for one in publications if one.stands(as_of))


def _enough(publications: Iterable[Published], as_of: date, needed: int) -> Said:
    recent = _count_recent(publications, as_of)
    reason = gettext_noop("{recent} published in the last {days} days; {needed} are needed.")
    if recent >= needed:
        return _say(reason, recent=recent, needed=needed, days=FRESH_FOR.days)
    return _say(
        reason,
        gettext_noop("Publish {lacking} more."),
        recent=recent,
        needed=needed,
        days=FRESH_FOR.days,
        lacking=needed - recent,
    )


def _regulation(unit: UnitRecord, state: Completeness, as_of: date, _threshold: Decimal) -> Said:
    standing = [one for one in unit.regulations if one.stands(as_of)]
    begun = [one for one in standing if one.effective is not None and one.effective <= as_of]
    if state is Completeness.COMPLETE:
        in_force = [one for one in begun if one.expires is None or one.expires >= as_of]
        return _say(gettext_noop("Regulations in force: {number}."), number=len(in_force))
    next_step = gettext_noop("Publish the regulation that is in force now.")
    if state is Completeness.STALE:
        ended = max(one.expires for one in begun if one.expires is not None)
        return _say(gettext_noop("The regulation has not been in force since {date}."), next_step, date=ended)
    return _say(gettext_noop("No regulation in force is published."), next_step)


def _statement(unit: UnitRecord, state: Completeness, as_of: date, _threshold: Decimal) -> Said:
    """Judge last year's statement; until 31 March the one before it counts."""
    last_year, due = as_of.year - 1, date(as_of.year, *STATEMENT_DUE)
    if state is Completeness.COMPLETE:
        years = {one.year for one in unit.statements if one.year is not None and one.stands(as_of)}
        reason = gettext_noop("The openness statement of {year} is published.")
        return _say(reason, year=max(year for year in years if year <= last_year))
    next_step = gettext_noop("Publish the openness statement of {year}.")
    if state is Completeness.MISSING:
        if any(one.stands(as_of) for one in unit.statements):  # that of the running year
            reason = gettext_noop("The openness statement of {year} is not published.")
            return _say(reason, next_step, year=last_year)
        return _say(gettext_noop("No openness statement is published."), next_step, year=last_year)
    reason = gettext_noop("The openness statement of {year} is not published; it was due on {date}.")
    if as_of <= due:
        reason = gettext_noop("The openness statement of {year} is not published, nor is the one before it.")
    return _say(reason, next_step, year=last_year, date=due)


_EXPLAIN: Mapping[InformationKind, Callable[[UnitRecord, Completeness, date, Decimal], Said]] = {
    InformationKind.PROFILE: _profile,
    InformationKind.INSTRUMENT: _instruments,
    InformationKind.NEWS: lambda unit, _state, as_of, _threshold: _enough(unit.news, as_of, NEWS_NEEDED),
    InformationKind.REGULATION: _regulation,
    InformationKind.CASE: lambda unit, _state, as_of, _threshold: _enough(unit.cases, as_of, CASES_NEEDED),
    InformationKind.OPENNESS: _statement,
}

_LISTS: Mapping[InformationKind, Callable[[UnitRecord], Iterable[Published]]] = {
    InformationKind.NEWS: lambda unit: unit.news,
    InformationKind.CASE: lambda unit: unit.cases,
}
"""The kinds of which several recent items are needed."""
_IN_PART: Mapping[InformationKind, Callable[[UnitRecord, date], bool]] = {
    InformationKind.PROFILE: _profile_lacks_values,
    InformationKind.INSTRUMENT: lambda unit, as_of: bool(_published_instruments(unit, as_of)),
}
"""Whether a kind that is not complete is at least published in part."""


def _last(dates: Iterable[date], as_of: date) -> date | None:
    return max((one for one in dates if one <= as_of), default=None)


MOST_NAMES = 5


def _some(names: Iterable[Bilingual]) -> tuple[Bilingual | str, ...]:
    """Return the first few names, with an ellipsis if there are more."""
    every = list(names)
    return (*every[:MOST_NAMES], *(("…",) if len(every) > MOST_NAMES else ()))
