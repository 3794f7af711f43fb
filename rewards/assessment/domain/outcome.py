"""One year's outcome as a pure function of snapshot, policy and the numbered decisions on findings.

    outcome = outcome_of(policy, year, snapshot, rulings, budget)

`snapshot` gives the rows of its parts (`rewards.cycle.domain.canonical`), one instrument's usage at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from instrument_share.kernel.city_time import CITY_TIME
from rewards.assessment.domain.allocation import Allocation, UnitAward, allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.counting import (
    OUT_OF_SCOPE,
    CountedEntry,
    Totals,
    counted,
    days_in,
    excluded,
    in_service_days,
    ineligible,
    totals,
)
from rewards.assessment.domain.facts import InstrumentFacts, UnitFacts
from rewards.assessment.domain.measures import quota_hours
from rewards.assessment.domain.scoring import Assessment, assess
from rewards.cycle.domain.rows import RATINGS, entry_of, standing_of
from rewards.findings.domain.rulings import Rulings
from rewards.policy.domain.policy import RewardPolicy

Row = Mapping[str, Any]
Months = list[list[int]]
"""For each month of the year, effective and external seconds, rounded down."""


class Snapshot(Protocol):
    """The rows of a snapshot, whose hashes have been verified."""

    def rows(self, kind: str) -> list[dict[str, Any]]: ...

    def usage(self, instrument: str) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class InstrumentYear:
    """One instrument's year: what counted, and each entry's decision."""

    row: Row
    ineligible_reason: str | None
    facts: InstrumentFacts
    quota: Fraction
    totals: Totals
    entries: tuple[CountedEntry, ...]


@dataclass(frozen=True)
class UnitYear:
    """One unit's year: its facts, assessment and award."""

    row: Row
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


def outcome_of(
    policy: RewardPolicy,
    year: int,
    snapshot: Snapshot,
    rulings: Rulings,
    budget: Decimal | None,
) -> Outcome:
    """The same result to the 分 for the same arguments, in whatever order the rows come."""
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
        excluded=excluded(in_year),
        reported=len(in_year),
        counted=sum(entry.counts for entry in in_year),
    )


class _City:
    """The parts about all of the city, by what they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.units = sorted(snapshot.rows("units"), key=lambda row: row["uscc"])
        self.instruments: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(snapshot.rows("instruments"), key=lambda row: row["instrument"]):
            self.instruments[row["uscc"]].append(row)
        self.openness = {row["instrument"]: row for row in snapshot.rows("openness")}
        self.decisions = {row["uscc"]: row for row in snapshot.rows("decisions")}


@dataclass(frozen=True)
class _Draft:
    """A unit's year before anything is divided."""

    row: Row
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
            group=self.row["group"],
            instruments=self.facts.instruments,
        )

    def with_award(self, award: UnitAward) -> UnitYear:
        months = _months(entry for instrument in self.instruments for entry in instrument.entries)
        return UnitYear(self.row, self.facts, self.assessment, award, self.instruments, months)


def _unit(
    policy: RewardPolicy, year: int, row: Row, city: _City, snapshot: Snapshot, rulings: Rulings
) -> _Draft:
    uscc = row["uscc"]
    instruments = tuple(
        _instrument(policy, year, each, row, city, snapshot.usage(each["instrument"]), rulings)
        for each in city.instruments[uscc]
    )
    facts = _facts(year, row, city, instruments)
    findings = rulings.upheld.get(uscc, {})
    assessment = assess(policy, facts, findings, falsified=uscc in rulings.falsified)
    return _Draft(row, facts, assessment, instruments)


def _instrument(
    policy: RewardPolicy, year: int, row: Row, unit: Row, city: _City, usage: Iterable[Row], rulings: Rulings
) -> InstrumentYear:
    standing = standing_of(row)
    entries = [entry_of(each, row, unit, rulings.invalidated) for each in usage]
    decisions = tuple(counted(entries, standing, year, policy.counting))
    sums = totals(decisions)
    opened = city.openness.get(row["instrument"], {})
    facts = InstrumentFacts(
        public_id=row["instrument"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        purpose=row["purpose"],
        original_value=standing.original_value,
        in_service_days=in_service_days(year, standing.in_service_from, standing.retired_on),
        effective_seconds=sums.effective_seconds,
        external_seconds=sums.external_seconds,
        sme_seconds=sums.sme_seconds,
        internal_income=sums.internal_income,
        external_income=sums.external_income,
        enterprise_income=sums.enterprise_income,
        sme_income=sums.sme_income,
        offered_seconds=opened.get("offered_seconds", 0),
        closed_seconds=opened.get("closed_seconds", 0),
        reported_seconds=sums.reported_seconds,
        invalidated_seconds=sums.invalidated_seconds,
    )
    quota = quota_hours(facts, days_in(year), policy.quota)
    return InstrumentYear(row, ineligible(standing, year, policy.counting), facts, quota, sums, decisions)


def _facts(year: int, row: Row, city: _City, instruments: tuple[InstrumentYear, ...]) -> UnitFacts:
    uscc = row["uscc"]
    decided = city.decisions.get(uscc, {})
    entries = [entry for instrument in instruments for entry in instrument.entries]
    counting = [entry for entry in entries if entry.counts]
    return UnitFacts(
        uscc=uscc,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        year_days=days_in(year),
        instruments=tuple(each.facts for each in instruments if each.ineligible_reason is None),
        published_instruments=row["published_instruments"],
        declared_instruments=row["declared_instruments"],
        kinds_complete=tuple(row["kinds_complete"]),
        reviews=_reviews(entries),
        decided_in_time=decided.get("decided", 0),
        decided=decided.get("decided", 0),
        lapsed=decided.get("lapsed", 0),
        organizations_served=len({e.entry.user_organization for e in counting if e.entry.external} - {""}),
        cases_published=row["cases_published"],
    )


def _reviews(entries: Iterable[CountedEntry]) -> tuple[int, ...]:
    """Ratings of all uses in scope that nobody invalidated, whether or not the policy pays for them."""
    without = OUT_OF_SCOPE | {"invalidated"}
    found = Counter(entry.entry.rating for entry in entries if entry.reason not in without)
    return tuple(found[rating] for rating in RATINGS)


def _months(entries: Iterable[CountedEntry]) -> Months:
    sums = [[Fraction(0), Fraction(0)] for _ in range(12)]
    for each in entries:
        if each.counts:
            month = sums[each.entry.start.astimezone(CITY_TIME).month - 1]
            month[0] += each.effective_seconds
            month[1] += each.effective_seconds if each.entry.external else 0
    return [[int(effective), int(external)] for effective, external in sums]
