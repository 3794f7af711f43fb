"""The six kinds of information that a unit's page must show, judged as of a date.

Everything is counted from dated publications, so that any past date can be judged again and comes out the
same. "Within 365 days" is by the calendar: what was published or confirmed 365 days ago counts, 366 days ago
does not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from providers.domain.units import SHORTEST_INTRODUCTION
from providers.domain.words import Completeness

FRESH = timedelta(days=365)
NEWS_NEEDED = 4
CASES_NEEDED = 2
STATEMENT_DUE = (3, 31)
"""Last year's openness statement is due by this month and day."""


class InformationKind(StrEnum):
    """The six kinds, in the order in which a unit's page shows them."""

    PROFILE = "profile"
    INSTRUMENT = "instrument"
    NEWS = "news"
    REGULATION = "regulation"
    CASE = "case"
    OPENNESS = "openness"


KIND_WORDS = {
    InformationKind.PROFILE: gettext_noop("Profile"),
    InformationKind.INSTRUMENT: gettext_noop("Instruments"),
    InformationKind.NEWS: gettext_noop("News"),
    InformationKind.REGULATION: gettext_noop("Regulations"),
    InformationKind.CASE: gettext_noop("Service cases"),
    InformationKind.OPENNESS: gettext_noop("Openness statement"),
}


@dataclass(frozen=True)
class ProfileRevision:
    """A unit's profile from a date on; `lacking` are the labels of what completeness asks for in vain."""

    on: date
    published: bool
    confirmed: date | None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstrumentRecord:
    """An instrument of the unit with the dates at which it was entered, published, confirmed and retired."""

    name: str
    value_yuan: Decimal | None
    created: date
    published: date | None = None
    retired: date | None = None
    confirmed: tuple[date, ...] = ()


@dataclass(frozen=True)
class Published:
    """Something that went out on a date and may have been taken down on another."""

    on: date
    withdrawn: date | None = None
    effective: date | None = None
    expires: date | None = None
    """First and last day on which a regulation is in force."""
    year: int | None = None
    """The year that an openness statement is about."""

    def stands(self, as_of: date) -> bool:
        return self.on <= as_of and (self.withdrawn is None or self.withdrawn > as_of)


@dataclass(frozen=True)
class UnitRecord:
    """All that completeness looks at, in order of time."""

    organization_id: int
    profile: tuple[ProfileRevision, ...] = ()
    instruments: tuple[InstrumentRecord, ...] = ()
    news: tuple[Published, ...] = ()
    regulations: tuple[Published, ...] = ()
    cases: tuple[Published, ...] = ()
    statements: tuple[Published, ...] = ()


@dataclass(frozen=True)
class KindCompleteness:
    """The state of one kind, why, and what to do next (None where there is nothing to do)."""

    kind: InformationKind
    state: Completeness
    reason: Sentence
    next_step: Sentence | None = None

    @property
    def title(self) -> Words:
        return Words(KIND_WORDS[self.kind])


@dataclass(frozen=True)
class UnitCompleteness:
    """How complete a unit's information is as of a date."""

    organization_id: int
    as_of: date
    kinds: tuple[KindCompleteness, ...] = field(default_factory=tuple)

    @property
    def complete(self) -> int:
        """How many of the six kinds are complete; a stale one is not."""
        return sum(kind.state is Completeness.COMPLETE for kind in self.kinds)

    @property
    def percent(self) -> int:
        """Complete kinds as a percentage, rounded down so that only six of six are 100."""
        return self.complete * 100 // len(InformationKind)

    @property
    def next_steps(self) -> tuple[KindCompleteness, ...]:
        """What is not complete, missing kinds first."""
        open_kinds = [kind for kind in self.kinds if kind.state is not Completeness.COMPLETE]
        return tuple(sorted(open_kinds, key=lambda kind: kind.state is not Completeness.MISSING))


def completeness(unit: UnitRecord, as_of: date, threshold_yuan: Decimal | int) -> UnitCompleteness:
    """Judge a unit as of the end of a day; instruments count from `threshold_yuan` of original value."""
    return UnitCompleteness(
        unit.organization_id,
        as_of,
        (
            _profile(unit.profile, as_of),
            _instruments(unit.instruments, as_of, Decimal(threshold_yuan)),
            _enough(InformationKind.NEWS, unit.news, as_of, NEWS_NEEDED),
            _regulation(unit.regulations, as_of),
            _enough(InformationKind.CASE, unit.cases, as_of, CASES_NEEDED),
            _statement(unit.statements, as_of),
        ),
    )


def fresh(on: date | None, as_of: date) -> bool:
    return on is not None and as_of - on <= FRESH


def _judge(kind: InformationKind) -> Callable[..., KindCompleteness]:
    def judged(
        state: Completeness, reason: str, next_step: str | None = None, **params: Any
    ) -> KindCompleteness:
        step = None if next_step is None else Sentence(next_step, params)
        return KindCompleteness(kind, state, Sentence(reason, params), step)

    return judged


def _profile(revisions: Iterable[ProfileRevision], as_of: date) -> KindCompleteness:
    judged = _judge(InformationKind.PROFILE)
    standing = [revision for revision in revisions if revision.on <= as_of]
    latest = standing[-1] if standing else None
    if latest is None or not latest.published:
        return judged(
            Completeness.MISSING,
            gettext_noop("The profile is not published."),
            gettext_noop("Fill in the profile and submit it for review."),
        )
    if latest.lacking:
        return judged(
            Completeness.MISSING,
            gettext_noop("The profile lacks: {fields}."),
            gettext_noop("Add to the profile: {fields}."),
            fields=tuple(Words(label) for label in latest.lacking),
            shortest=SHORTEST_INTRODUCTION,
        )
    if not fresh(latest.confirmed, as_of):
        return judged(
            Completeness.STALE,
            gettext_noop("The profile was last confirmed on {date}, more than 365 days ago."),
            gettext_noop("Read the profile through and confirm it."),
            date=latest.confirmed,
        )
    return judged(
        Completeness.COMPLETE, gettext_noop("The profile was confirmed on {date}."), date=latest.confirmed
    )


def _instruments(
    instruments: Iterable[InstrumentRecord], as_of: date, threshold: Decimal
) -> KindCompleteness:
    judged = _judge(InformationKind.INSTRUMENT)
    present = [
        one for one in instruments if one.created <= as_of and (one.retired is None or one.retired > as_of)
    ]
    published = [one for one in present if one.published is not None and one.published <= as_of]
    if not published:
        return judged(
            Completeness.MISSING,
            gettext_noop("No instrument is published."),
            gettext_noop("Enter the instruments, or import them from a sheet, and submit them for review."),
        )
    due = [one for one in present if one.value_yuan is not None and one.value_yuan >= threshold]
    unpublished = [one for one in due if one not in published]
    if unpublished:
        return judged(
            Completeness.MISSING,
            gettext_noop(
                "{number} of {total} instruments from {threshold} yuan on are not published: {names}."
            ),
            gettext_noop("Complete and submit: {names}."),
            number=len(unpublished),
            total=len(due),
            threshold=threshold,
            names=_some(one.name for one in unpublished),
        )
    stale = [one for one in due if not fresh(_last(one.confirmed, as_of), as_of)]
    if stale:
        return judged(
            Completeness.STALE,
            gettext_noop(
                "{number} of {total} instruments have not been confirmed for more than 365 days: {names}."
            ),
            gettext_noop("Read through and confirm: {names}."),
            number=len(stale),
            total=len(due),
            names=_some(one.name for one in stale),
        )
    return judged(
        Completeness.COMPLETE,
        gettext_noop("All {total} instruments from {threshold} yuan on are published and confirmed."),
        total=len(due),
        threshold=threshold,
    )


def _enough(
    kind: InformationKind, publications: Iterable[Published], as_of: date, needed: int
) -> KindCompleteness:
    """At least `needed` within 365 days; stale where there were enough once."""
    judged = _judge(kind)
    standing = [one for one in publications if one.stands(as_of)]
    recent = sum(fresh(one.on, as_of) for one in standing)
    if recent >= needed:
        reason = gettext_noop("{recent} published in the last 365 days; {needed} are needed.")
        return judged(Completeness.COMPLETE, reason, recent=recent, needed=needed)
    return judged(
        Completeness.STALE if len(standing) >= needed else Completeness.MISSING,
        gettext_noop("{recent} published in the last 365 days; {needed} are needed."),
        gettext_noop("Publish {lacking} more."),
        recent=recent,
        needed=needed,
        lacking=needed - recent,
    )


def _regulation(regulations: Iterable[Published], as_of: date) -> KindCompleteness:
    judged = _judge(InformationKind.REGULATION)
    standing = [one for one in regulations if one.stands(as_of)]
    begun = [one for one in standing if one.effective is not None and one.effective <= as_of]
    in_force = [one for one in begun if one.expires is None or one.expires >= as_of]
    if in_force:
        return judged(
            Completeness.COMPLETE, gettext_noop("Regulations in force: {number}."), number=len(in_force)
        )
    next_step = gettext_noop("Publish the regulation that is in force now.")
    if begun:
        ended = max(one.expires for one in begun if one.expires is not None)
        reason = gettext_noop("The regulation has not been in force since {date}.")
        return judged(Completeness.STALE, reason, next_step, date=ended)
    return judged(Completeness.MISSING, gettext_noop("No regulation in force is published."), next_step)


def _statement(statements: Iterable[Published], as_of: date) -> KindCompleteness:
    """Last year's; until 31 March the one before it counts."""
    judged = _judge(InformationKind.OPENNESS)
    years = {one.year for one in statements if one.year is not None and one.stands(as_of)}
    last_year = as_of.year - 1
    due = date(as_of.year, *STATEMENT_DUE)
    counting = {last_year} if as_of > due else {last_year, last_year - 1}
    if years & counting:
        reason = gettext_noop("The openness statement of {year} is published.")
        return judged(Completeness.COMPLETE, reason, year=max(years & counting))
    earlier = {year for year in years if year < last_year}
    next_step = gettext_noop("Publish the openness statement of {year}.")
    if earlier:
        reason = gettext_noop("The openness statement of {year} is not published; it was due on {date}.")
        if as_of <= due:
            reason = gettext_noop(
                "The openness statement of {year} is not published, nor is the one before it."
            )
        return judged(Completeness.STALE, reason, next_step, year=last_year, date=due)
    return judged(
        Completeness.MISSING, gettext_noop("No openness statement is published."), next_step, year=last_year
    )


def _last(dates: Iterable[date], as_of: date) -> date | None:
    return max((one for one in dates if one <= as_of), default=None)


MOST_NAMES = 5


def _some(names: Iterable[str]) -> tuple[str, ...]:
    """The first few names, and an ellipsis where there are more."""
    every = list(names)
    return tuple(every[:MOST_NAMES]) + (("…",) if len(every) > MOST_NAMES else ())
