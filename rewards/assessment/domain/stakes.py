"""What is at stake in each finding: the unit's score and award with it and without it.

Both are computed as the year itself is, all other findings as they stand. Only the unit is counted anew, and
of its instruments only those whose entries a finding invalidates.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant, calculate_claim
from rewards.assessment.domain.outcome import City, InstrumentCount, count_instrument, draft_unit
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
    city, divided = City(snapshot), _Divided(policy, budget, claimants)
    units = {row.uscc: row for row in city.units}
    by_unit: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        by_unit[ruling.uscc].append(ruling)
    found = {}
    for uscc, own in by_unit.items():
        unit = _Unit(divided, year, units[uscc], city, snapshot)
        concerning = [each for each in rulings if each.uscc == uscc or unit.has_any(each.invalidated)]
        for ruling in own:
            dismissed, upheld = (
                unit.result(build_rulings(changed)) for changed in _both_ways(concerning, ruling)
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


class _Divided:
    """What is divided among whom, as it stands."""

    def __init__(self, policy: RewardPolicy, budget: Decimal | None, claimants: Sequence[Claimant]) -> None:
        self.policy, self._budget, self._claimants = policy, budget, claimants
        self._awards: dict[object, Decimal] = {}

    def fees_paid(self, uscc: str) -> Fraction:
        """Return what a unit paid for others' instruments, which are not counted anew."""
        return next(Fraction(each.fees_paid) for each in self._claimants if each.uscc == uscc)

    def award(self, changed: Claimant) -> Decimal:
        """Return what one unit gets when it claims differently, and all others as they do.

        That depends on its score and claims alone, and many findings cost the same points.
        """
        claims = (calculate_claim(rule, changed, None) for rule in self.policy.rules)
        key = changed.uscc, changed.score, tuple((one.parts, one.amount, one.note) for one in claims)
        if key not in self._awards:
            self._awards[key] = self._divide(changed)
        return self._awards[key]

    def _divide(self, changed: Claimant) -> Decimal:
        claimants = [changed if each.uscc == changed.uscc else each for each in self._claimants]
        awards = allocate(self.policy, claimants, self._budget).awards
        return next(one.amount for one in awards if one.uscc == changed.uscc)


class _Unit:
    """A unit whose instruments are read once, and counted once for the same invalidated entries."""

    def __init__(self, divided: _Divided, year: int, row: UnitRow, city: City, snapshot: FrozenYear) -> None:
        self._divided, self._year, self._row, self._city = divided, year, row, city
        self._fees = {row.organization: divided.fees_paid(row.uscc)}
        self._usage = {
            each.instrument: list(snapshot.usage(each.instrument)) for each in city.instruments[row.uscc]
        }
        self._entries = {
            instrument: frozenset(row.id for row in rows) for instrument, rows in self._usage.items()
        }
        self._all_entries = frozenset().union(*self._entries.values())
        self._counted: dict[tuple[str, frozenset[str]], InstrumentCount] = {}
        self._results: dict[object, tuple[Decimal, Decimal]] = {}

    def has_any(self, entries: frozenset[str]) -> bool:
        return not self._all_entries.isdisjoint(entries)

    def result(self, rulings: Rulings) -> tuple[Decimal, Decimal]:
        """Return the unit's score and award under these rulings: for all that are open the same."""
        uscc = self._row.uscc
        upheld = frozenset(rulings.upheld.get(uscc, {}).items())
        key = upheld, rulings.invalidated & self._all_entries, uscc in rulings.falsified
        if key not in self._results:
            self._results[key] = self._compute(rulings)
        return self._results[key]

    def _compute(self, rulings: Rulings) -> tuple[Decimal, Decimal]:
        def count(instrument: InstrumentRow, unit: UnitRow) -> InstrumentCount:
            return self._count(instrument, unit, rulings.invalidated & self._entries[instrument.instrument])

        draft = draft_unit(self._year, self._row, self._city, count, rulings)
        assessment = draft.assess(self._divided.policy)
        claimant = draft.claimant(assessment, self._fees)
        return assessment.score or ZERO, self._divided.award(claimant)

    def _count(
        self, instrument: InstrumentRow, unit: UnitRow, invalidated: frozenset[str]
    ) -> InstrumentCount:
        key = instrument.instrument, invalidated
        if key not in self._counted:
            usage = self._usage[instrument.instrument]
            self._counted[key] = count_instrument(
                self._divided.policy, self._year, instrument, unit, self._city, usage, invalidated
            )
        return self._counted[key]
