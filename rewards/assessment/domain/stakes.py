"""What is at stake in each finding: the unit's score and award with it and without it.

Both are computed as the year itself is, all other findings as they stand; only the unit is counted anew.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.counting import CountedEntry
from rewards.assessment.domain.outcome import City, Draft, count_usage, draft_unit
from rewards.cycle.domain.frozen_year import FrozenYear
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow
from rewards.findings.domain.rulings import Ruling, Rulings, build_rulings
from rewards.policy.domain.policy import RewardPolicy

ZERO = Decimal(0)


class Stake(NamedTuple):
    """What the unit loses in points and yuan when the finding is upheld with all of its logs."""

    points: Decimal
    yuan: Decimal


def compute_stakes(
    policy: RewardPolicy,
    year: int,
    snapshot: FrozenYear,
    budget: Decimal | None,
    claimants: Sequence[Claimant],
    rulings: Sequence[Ruling],
) -> dict[int, Stake]:
    """Return the stake of each finding by its key; `claimants` are those of the outcome as it stands."""
    city = City(snapshot)
    units = {row.uscc: row for row in city.units}
    by_unit: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        by_unit[ruling.uscc].append(ruling)
    found = {}
    paid = {each.uscc: Fraction(each.fees_paid) for each in claimants}
    for uscc, own in by_unit.items():
        unit = _Unit(policy, year, units[uscc], city, snapshot)
        fees = {units[uscc].organization: paid[uscc]}  # for others' instruments, which are not counted anew
        for ruling in own:
            dismissed, upheld = (
                _result(policy, budget, claimants, unit.draft(build_rulings(changed)), fees)
                for changed in _both_ways(rulings, ruling)
            )
            found[ruling.key] = Stake(
                *(much - little for much, little in zip(dismissed, upheld, strict=True))
            )
    return found


def _both_ways(rulings: Sequence[Ruling], which: Ruling) -> Iterator[list[Ruling]]:
    """Yield all rulings with one of them dismissed, and with it upheld for all of its logs."""
    others = [each for each in rulings if each.key != which.key]
    yield others
    yield [*others, replace(which, upheld=True, invalidated=which.logs)]


def _result(
    policy: RewardPolicy,
    budget: Decimal | None,
    claimants: Sequence[Claimant],
    draft: Draft,
    fees: Mapping[str, Fraction],
) -> tuple[Decimal, Decimal]:
    """Return the unit's score and award, all others claiming as they do."""
    assessment = draft.assess(policy)
    changed = draft.claimant(assessment, fees)
    claims = [changed if each.uscc == changed.uscc else each for each in claimants]
    awards = allocate(policy, claims, budget).awards
    return assessment.score or ZERO, next(one.amount for one in awards if one.uscc == changed.uscc)


class _Unit:
    """A unit whose instruments are read once, and counted once for the same invalidated entries."""

    def __init__(
        self, policy: RewardPolicy, year: int, row: UnitRow, city: City, snapshot: FrozenYear
    ) -> None:
        self._facts = policy, year, row, city
        self._usage = {
            each.instrument: list(snapshot.usage(each.instrument)) for each in city.instruments[row.uscc]
        }
        self._entries = {
            instrument: frozenset(row.id for row in rows) for instrument, rows in self._usage.items()
        }
        self._counted: dict[tuple[str, frozenset[str]], Sequence[CountedEntry]] = {}

    def draft(self, rulings: Rulings) -> Draft:
        """Return the unit's year under these rulings, before anything is divided."""
        policy, year, row, city = self._facts

        def count(instrument: InstrumentRow, unit: UnitRow) -> Sequence[CountedEntry]:
            key = instrument.instrument, rulings.invalidated & self._entries[instrument.instrument]
            if key not in self._counted:
                usage = self._usage[instrument.instrument]
                self._counted[key] = count_usage(policy, year, instrument, unit, usage, key[1])
            return self._counted[key]

        return draft_unit(policy, year, row, city, count, rulings)
