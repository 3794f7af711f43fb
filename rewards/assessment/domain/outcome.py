"""One year's outcome as a pure function of snapshot, policy and the numbered decisions on findings.

    outcome = compute_outcome(policy, year, snapshot, rulings, budget)

`snapshot` gives the rows of its parts (`cycle.domain.snapshot_schema`), one instrument's usage at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from bookings.domain import Rating
from instrument_share.kernel.city_time import CITY_TIME
from rewards.assessment.domain.allocation import Allocation, UnitAward, allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.counting import (
    OUT_OF_SCOPE,
    CountedEntry,
    count_days_of_year,
    count_entries,
    count_exclusions,
    count_service_days,
    ineligibility_reason,
    sum_entries,
)
from rewards.assessment.domain.facts import InstrumentFacts, UnitFacts
from rewards.assessment.domain.measures import calculate_quota_hours
from rewards.assessment.domain.scoring import Assessment, assess
from rewards.cycle.domain.rows import entry_from_row, standing_from_row
from rewards.cycle.domain.snapshot_schema import DecisionsRow, InstrumentRow, OpennessRow, UnitRow, UsageRow
from rewards.findings.domain.rulings import Rulings
from rewards.policy.domain.policy import RewardPolicy

Months = list[list[int]]
"""For each month of the year, effective and external seconds, rounded down."""


class Snapshot(Protocol):
    """The rows of a snapshot, whose hashes have been verified."""

    def units(self) -> list[UnitRow]: ...

    def instruments(self) -> list[InstrumentRow]: ...

    def openness(self) -> list[OpennessRow]: ...

    def decisions(self) -> list[DecisionsRow]: ...

    def usage(self, instrument: str) -> list[UsageRow]: ...


@dataclass(frozen=True)
class InstrumentYear:
    """One instrument's year: what counted, and each entry's decision."""

    ineligible_reason: str | None
    facts: InstrumentFacts
    quota: Fraction
    entries: tuple[CountedEntry, ...]


@dataclass(frozen=True)
class UnitYear:
    """One unit's year: its facts, assessment and award."""

    facts: UnitFacts
    assessment: Assessment
    award: UnitAward
    instruments: tuple[InstrumentYear, ...]
    months: Months


@dataclass(frozen=True)
class Outcome:
    """All units in order of USCC, the allocation, and what each reason left out (entries, seconds)."""

    units: tuple[UnitYear, ...]
    allocation: Allocation
    excluded: Mapping[str, tuple[int, int]]
    reported: int
    """Entries in the snapshot that start in the year."""
    counted: int


def compute_outcome(
    policy: RewardPolicy,
    year: int,
    snapshot: Snapshot,
    rulings: Rulings,
    budget: Decimal | None,
) -> Outcome:
    """Compute the year: the same to the 分 for the same arguments, in whatever order the rows come."""
    city = _City(snapshot)
    drafts = [_unit(policy, year, row, city, snapshot, rulings) for row in city.units]
    allocation = allocate(policy, [draft.claimant for draft in drafts], budget)
    awards = {award.uscc: award for award in allocation.awards}
    units = tuple(draft.with_award(awards[draft.facts.uscc]) for draft in drafts)
    entries = [entry for unit in units for instrument in unit.instruments for entry in instrument.entries]
    in_year = [entry for entry in entries if entry.reason != "other_year"]
    return Outcome(
        units=units,
        allocation=allocation,
        excluded=count_exclusions(in_year),
        reported=len(in_year),
        counted=sum(entry.counts for entry in in_year),
    )


class _City:
    """The parts about all of the city, by what they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.units = sorted(snapshot.units(), key=lambda row: row.uscc)
        self.instruments: dict[str, list[InstrumentRow]] = defaultdict(list)
        for row in sorted(snapshot.instruments(), key=lambda row: row.instrument):
            self.instruments[row.uscc].append(row)
        self.openness = {row.instrument: row for row in snapshot.openness()}
        self.decisions = {row.uscc: row for row in snapshot.decisions()}


@dataclass(frozen=True)
class _Draft:
    """A unit's year before anything is divided."""

    row: UnitRow
    facts: UnitFacts
    assessment: Assessment
    instruments: tuple[InstrumentYear, ...]

    @property
    def claimant(self) -> Claimant:
        return Claimant(
            uscc=self.facts.uscc,
            score=self.assessment.score,
            grade=self.assessment.grade,
            barred=self.assessment.barred,
            group=self.row.group,
            instruments=self.facts.instruments,
        )

    def with_award(self, award: UnitAward) -> UnitYear:
        months = _months(entry for instrument in self.instruments for entry in instrument.entries)
        return UnitYear(self.facts, self.assessment, award, self.instruments, months)


def _unit(
    policy: RewardPolicy, year: int, row: UnitRow, city: _City, snapshot: Snapshot, rulings: Rulings
) -> _Draft:
    instruments = tuple(
        _instrument(policy, year, each, row, city, snapshot.usage(each.instrument), rulings)
        for each in city.instruments[row.uscc]
    )
    facts = _facts(year, row, city, instruments)
    findings = rulings.upheld.get(row.uscc, {})
    assessment = assess(policy, facts, findings, falsified=row.uscc in rulings.falsified)
    return _Draft(row, facts, assessment, instruments)


def _instrument(
    policy: RewardPolicy,
    year: int,
    row: InstrumentRow,
    unit: UnitRow,
    city: _City,
    usage: Iterable[UsageRow],
    rulings: Rulings,
) -> InstrumentYear:
    standing = standing_from_row(row)
    entries = [entry_from_row(each, row, unit, rulings.invalidated) for each in usage]
    decisions = tuple(count_entries(entries, standing, year, policy.counting))
    opened = city.openness.get(row.instrument)
    facts = InstrumentFacts(
        public_id=row.instrument,
        name_zh=row.name_zh,
        name_en=row.name_en,
        purpose=row.purpose.value,
        original_value=standing.original_value,
        in_service_days=count_service_days(year, standing.in_service_from, standing.retired_on),
        **vars(sum_entries(decisions)),
        offered_seconds=opened.offered_seconds if opened else 0,
        closed_seconds=opened.closed_seconds if opened else 0,
    )
    quota = calculate_quota_hours(facts, count_days_of_year(year), policy.quota)
    return InstrumentYear(ineligibility_reason(standing, year, policy.counting), facts, quota, decisions)


def _facts(year: int, row: UnitRow, city: _City, instruments: tuple[InstrumentYear, ...]) -> UnitFacts:
    decisions = city.decisions.get(row.uscc)
    decided = decisions.decided if decisions else 0
    entries = [entry for instrument in instruments for entry in instrument.entries]
    counting = [entry for entry in entries if entry.counts]
    return UnitFacts(
        uscc=row.uscc,
        name_zh=row.name_zh,
        name_en=row.name_en,
        year_days=count_days_of_year(year),
        instruments=tuple(each.facts for each in instruments if each.ineligible_reason is None),
        published_instruments=row.published_instruments,
        declared_instruments=row.declared_instruments,
        kinds_complete=row.kinds_complete,
        reviews=_reviews(entries),
        decided_in_time=decided,
        decided=decided,
        lapsed=decisions.lapsed if decisions else 0,
        organizations_served=len({e.entry.user_organization for e in counting if e.entry.external} - {""}),
        cases_published=row.cases_published,
    )


def _reviews(entries: Iterable[CountedEntry]) -> tuple[int, ...]:
    """Ratings of all uses in scope that nobody invalidated, whether or not the policy pays for them."""
    without = OUT_OF_SCOPE | {"invalidated"}
    found = Counter(entry.entry.rating for entry in entries if entry.reason not in without)
    return tuple(found[rating] for rating in reversed(Rating))


def _months(entries: Iterable[CountedEntry]) -> Months:
    sums = [[Fraction(0), Fraction(0)] for _ in range(12)]
    for each in entries:
        if each.counts:
            month = sums[each.entry.start.astimezone(CITY_TIME).month - 1]
            month[0] += each.effective_seconds
            month[1] += each.effective_seconds if each.entry.external else 0
    return [[int(effective), int(external)] for effective, external in sums]
