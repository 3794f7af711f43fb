"""One year's outcome as a pure function of snapshot, policy and the numbered decisions on findings.

    outcome = compute_outcome(policy, year, snapshot, rulings, budget)

`snapshot` gives the rows of its parts (`cycle.domain.snapshot_schema`), one instrument's usage at a time.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bookings.domain import Rating
from rewards.assessment.domain.allocation import Allocation, UnitAward, allocate
from rewards.assessment.domain.balance import Balance, balance_use
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.counting import (
    REASONS,
    CountedEntry,
    count_days_of_year,
    count_entries,
    count_exclusions,
    count_service_days,
    ineligibility_reason,
    is_review_counted,
    order_ratings,
    sum_entries,
)
from rewards.assessment.domain.facts import InstrumentFacts, Seconds, UnitFacts
from rewards.assessment.domain.measures import calculate_quota_hours
from rewards.assessment.domain.scoring import Assessment, assess
from rewards.cycle.domain.entries import months_of_year
from rewards.cycle.domain.frozen_year import FrozenYear
from rewards.cycle.domain.rows import entry_from_row, standing_from_row
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow
from rewards.findings.domain.rulings import Rulings
from rewards.policy.domain.policy import Counting, Quota, RewardPolicy

Count = Callable[[InstrumentRow, UnitRow], "InstrumentCount"]
Months = Sequence[Sequence[Seconds]]
"""For each month of the year, effective and external seconds, exact."""


@dataclass(frozen=True)
class InstrumentYear:
    """One instrument's year: what counted, and which of its entries (public ids) did not, or in part.

    It keeps no entries, so that memory does not grow with a city's use.
    """

    ineligible_reason: str | None
    facts: InstrumentFacts
    quota: Fraction
    counted: int
    left_out: Mapping[str, Sequence[str]]
    """By the reason."""
    reduced: Mapping[str, tuple[Fraction, tuple[str, ...]]]
    """The part that counts, and the entries that took the rest."""


@dataclass(frozen=True)
class UnitYear:
    """One unit's year: its facts, assessment and award."""

    facts: UnitFacts
    assessment: Assessment
    award: UnitAward
    instruments: tuple[InstrumentYear, ...]
    months: Months
    balance: Balance


@dataclass(frozen=True)
class Outcome:
    """All units in order of USCC, the allocation, and what each reason left out (entries, seconds)."""

    units: tuple[UnitYear, ...]
    allocation: Allocation
    excluded: Mapping[str, tuple[int, int]]
    reported: int
    """Entries in the snapshot that start in the year."""
    counted: int
    claimants: tuple[Claimant, ...]
    """What the allocation divided among, in the same order."""


def compute_outcome(
    policy: RewardPolicy,
    year: int,
    snapshot: FrozenYear,
    rulings: Rulings,
    budget: Decimal | None,
) -> Outcome:
    """Compute the year: the same to the 分 for the same arguments, in whatever order the rows come."""
    return settle_year(policy, count_year(policy, year, snapshot, rulings), budget)


def count_year(policy: RewardPolicy, year: int, snapshot: FrozenYear, rulings: Rulings) -> "CountedYear":
    """Count the year by the policy's rules of counting and its quota, without any score or award."""
    city = City(snapshot)

    def count(instrument: InstrumentRow, unit: UnitRow) -> InstrumentCount:
        usage = snapshot.usage(instrument.instrument)
        return count_instrument(policy, year, instrument, unit, city, usage, rulings.invalidated)

    drafts = tuple(draft_unit(year, row, city, count, rulings) for row in city.units)
    return CountedYear(policy.counting, policy.quota, drafts, _add_fees(draft.use.fees for draft in drafts))


def settle_year(policy: RewardPolicy, counted: "CountedYear", budget: Decimal | None) -> Outcome:
    """Score and allocate a year that was counted by the same rules of counting and quota."""
    drafts = counted.drafts
    assessments = {draft.facts.uscc: draft.assess(policy) for draft in drafts}
    claimants = tuple(draft.claimant(assessments[draft.facts.uscc], counted.fees) for draft in drafts)
    allocation = allocate(policy, claimants, budget)
    awards = {award.uscc: award for award in allocation.awards}
    units = tuple(
        draft.with_award(assessments[draft.facts.uscc], awards[draft.facts.uscc]) for draft in drafts
    )
    excluded = _add_exclusions(draft.use.excluded for draft in drafts)
    entries_counted = sum(draft.use.counted for draft in drafts)
    return Outcome(
        units=units,
        allocation=allocation,
        excluded=excluded,
        reported=entries_counted + sum(entries for entries, _ in excluded.values()),
        counted=entries_counted,
        claimants=claimants,
    )


def count_instrument(
    policy: RewardPolicy,
    year: int,
    row: InstrumentRow,
    unit: UnitRow,
    city: "City",
    usage: Iterable[UsageRow],
    invalidated: Collection[str],
) -> "InstrumentCount":
    """Count the entries of one instrument, and what they add to its unit's sums."""
    entries = [entry_from_row(each, row, unit, invalidated) for each in usage]
    decisions = count_entries(entries, standing_from_row(row), year, policy.counting)
    use = _Use()
    use.add(decisions, year)
    return InstrumentCount(_instrument(policy, year, row, city, decisions), use)


def _add_fees(all_of_them: Iterable[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """Return what each organization paid for counted uses of others' instruments, by its public id."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for fees in all_of_them:
        for organization, paid in fees.items():
            found[organization] += paid
    return found


def _add_exclusions(all_of_them: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    """Return the entries and seconds of each reason together, in the order of the reasons."""
    found: dict[str, tuple[int, int]] = {}
    for excluded in all_of_them:
        for reason, (entries, seconds) in excluded.items():
            before = found.get(reason, (0, 0))
            found[reason] = before[0] + entries, before[1] + seconds
    return {reason: found[reason] for reason in REASONS if reason in found}


class City:
    """The parts about all of the city, by what they are asked for."""

    def __init__(self, snapshot: FrozenYear) -> None:
        self.units = sorted(snapshot.units(), key=lambda row: row.uscc)
        self.instruments: dict[str, list[InstrumentRow]] = defaultdict(list)
        for row in sorted(snapshot.instruments(), key=lambda row: row.instrument):
            self.instruments[row.uscc].append(row)
        self.openness = {row.instrument: row for row in snapshot.openness()}
        self.decisions = {row.uscc: row for row in snapshot.decisions()}


@dataclass(frozen=True)
class Draft:
    """A unit's year before anything is divided."""

    row: UnitRow
    facts: UnitFacts
    findings: Mapping[str, int]
    falsified: bool
    instruments: tuple[InstrumentYear, ...]
    use: "_Use"

    def assess(self, policy: RewardPolicy) -> Assessment:
        return assess(policy, self.facts, self.findings, self.falsified)

    def claimant(self, assessment: Assessment, fees: Mapping[str, Fraction]) -> Claimant:
        return Claimant(
            uscc=self.facts.uscc,
            score=assessment.score,
            grade=assessment.grade,
            barred=assessment.barred,
            group=self.row.group,
            qualifications=frozenset(self.row.qualifications),
            instruments=self.facts.instruments,
            fees_paid=fees.get(self.row.organization, Fraction(0)),
        )

    def with_award(self, assessment: Assessment, award: UnitAward) -> UnitYear:
        balance = balance_use(self.use.excluded, self.use.counted, self.use.effective, self.use.cut)
        return UnitYear(self.facts, assessment, award, self.instruments, self.use.months, balance)


@dataclass(frozen=True)
class CountedYear:
    """What counted in a year, and the rules by which it was counted: scores and awards start from it."""

    counting: Counting
    quota: Quota
    drafts: tuple[Draft, ...]
    fees: Mapping[str, Fraction]

    def is_counted_as_by(self, policy: RewardPolicy) -> bool:
        """Return whether a policy counts in the same way."""
        return (self.counting, self.quota) == (policy.counting, policy.quota)


class _Use:
    """What entries add up to beside the sums of each instrument."""

    def __init__(self) -> None:
        self.fees: dict[str, Fraction] = defaultdict(Fraction)
        self.months: list[list[Seconds]] = [[0, 0] for _ in range(12)]
        self.ratings: Counter[Rating | None] = Counter()
        self.served: set[str] = set()
        self.excluded: Mapping[str, tuple[int, int]] = {}
        self.counted = 0
        self.effective = self.cut = Fraction(0)
        """Seconds that count, and those of the same entries that overlaps took."""

    def add(self, entries: Sequence[CountedEntry], year: int) -> None:
        """Add the entries of one instrument."""
        begins = months_of_year(year)
        for each in entries:
            entry = each.entry
            if is_review_counted(entry.rating, each.reason or ""):
                self.ratings[entry.rating] += 1
            if each.reason is not None:
                continue
            self.counted += 1
            self.effective += each.effective_seconds
            self.cut += entry.effective_seconds - each.effective_seconds
            month = self.months[bisect_right(begins, entry.start) - 1]
            month[0] += each.effective_seconds
            if entry.external:
                month[1] += each.effective_seconds
                self.served.add(entry.user_organization)
                self.fees[entry.user_organization] += Fraction(entry.amount) * each.fraction
        left_out = count_exclusions(each for each in entries if each.reason != "other_year")
        self.excluded = _add_exclusions((self.excluded, left_out))

    @classmethod
    def together(cls, uses: Sequence["_Use"]) -> "_Use":
        """Return the sums of several instruments."""
        whole = cls()
        for use in uses:
            whole.ratings.update(use.ratings)
            whole.served |= use.served
            whole.counted += use.counted
            whole.effective += use.effective
            whole.cut += use.cut
            for month, (effective, external) in zip(whole.months, use.months, strict=True):
                month[0] += effective
                month[1] += external
        whole.fees = _add_fees(use.fees for use in uses)
        whole.excluded = _add_exclusions(use.excluded for use in uses)
        return whole

    @property
    def reviews(self) -> tuple[int, ...]:
        return order_ratings(self.ratings)


@dataclass(frozen=True)
class InstrumentCount:
    """One instrument's year, and what its entries add to the sums of its unit."""

    year: InstrumentYear
    use: _Use


def draft_unit(year: int, row: UnitRow, city: City, count: Count, rulings: Rulings) -> Draft:
    """Return a unit's year before anything is divided; `count` counts each of its instruments."""
    counted = [count(each, row) for each in city.instruments[row.uscc]]
    use = _Use.together([each.use for each in counted])
    instruments = tuple(each.year for each in counted)
    facts = _facts(year, row, city, instruments, use)
    findings = rulings.upheld.get(row.uscc, {})
    return Draft(row, facts, findings, row.uscc in rulings.falsified, instruments, use)


def _instrument(
    policy: RewardPolicy,
    year: int,
    row: InstrumentRow,
    city: City,
    decisions: Sequence[CountedEntry],
) -> InstrumentYear:
    standing = standing_from_row(row)
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
        nonfiscal_value=row.nonfiscal_yuan or 0,
        rewarded_before=row.rewarded_before,
    )
    quota = calculate_quota_hours(facts, count_days_of_year(year), policy.quota)
    return InstrumentYear(
        ineligible_reason=ineligibility_reason(standing, year, policy.counting),
        facts=facts,
        quota=quota,
        counted=sum(each.counts for each in decisions),
        left_out=_left_out(decisions),
        reduced={
            each.entry.public_id: (each.fraction, each.overlaps)
            for each in decisions
            if each.overlaps and each.counts and each.fraction != 1
        },
    )


def _left_out(entries: Iterable[CountedEntry]) -> dict[str, list[str]]:
    left_out: dict[str, list[str]] = {}
    for each in entries:
        if each.reason:
            left_out.setdefault(each.reason, []).append(each.entry.public_id)
    return left_out


def _facts(
    year: int, row: UnitRow, city: City, instruments: tuple[InstrumentYear, ...], use: _Use
) -> UnitFacts:
    decisions = city.decisions.get(row.uscc)
    decided = decisions.decided if decisions else 0
    return UnitFacts(
        uscc=row.uscc,
        name_zh=row.name_zh,
        name_en=row.name_en,
        year_days=count_days_of_year(year),
        instruments=tuple(each.facts for each in instruments if each.ineligible_reason is None),
        published_instruments=row.published_instruments,
        declared_instruments=row.declared_instruments,
        kinds_complete=row.kinds_complete,
        reviews=use.reviews,
        decided_in_time=decided,
        decided=decided,
        lapsed=decisions.lapsed if decisions else 0,
        organizations_served=len(use.served - {""}),
        major_projects=row.major_projects or 0,
        cases_published=row.cases_published,
        grade=row.grade or None,
    )
