"""Every check over a frozen year, one instrument at a time.

Memory holds the entries of one instrument, and 24 bytes of each other one: when its operator was where.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from instrument_share.kernel.city_time import CITY_TIME
from rewards.cycle.domain.entries import EntryFacts
from rewards.cycle.domain.frozen_year import FrozenYear
from rewards.cycle.domain.rows import entry_from_row
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow
from rewards.findings.domain.causes import merge_causes
from rewards.findings.domain.checks import (
    Candidate,
    check_amount,
    check_booking,
    check_bulk_at_year_end,
    check_daily_total,
    check_device,
    check_disputes,
    check_late_entries,
    check_length,
    check_never_idle,
    check_overlap,
    check_self_dealing,
    check_two_places,
    check_windows,
)


@dataclass(frozen=True)
class SeenCandidate:
    """A candidate with its instrument (public id) and the unit that has to answer (USCC)."""

    candidate: Candidate
    instrument: str
    uscc: str
    first_start: datetime
    effective_seconds: int
    amount: Decimal
    """Of its entries together."""

    @property
    def first_date(self) -> date:
        """The day, in the city, on which its first entry begins."""
        return self.first_start.astimezone(CITY_TIME).date()

    @classmethod
    def of(
        cls, candidate: Candidate, instrument: str, uscc: str, entries: Mapping[str, EntryFacts]
    ) -> "SeenCandidate":
        """Return the candidate with the figures of its entries."""
        own = [entries[each] for each in candidate.entries]
        return cls(
            candidate,
            instrument,
            uscc,
            min(entry.start for entry in own),
            sum(entry.effective_seconds for entry in own),
            sum((entry.amount for entry in own), Decimal(0)),
        )


def run_checks(year: int, snapshot: FrozenYear) -> Iterator[SeenCandidate]:
    """Yield one candidate for each cause that the checks speak of, by instrument, then by operator."""
    units = {row.uscc: row for row in snapshot.units()}
    instruments = snapshot.instruments()
    whereabouts = Whereabouts()
    for place, instrument in enumerate(instruments):
        unit = units[instrument.uscc]
        entries = _entries(snapshot, instrument, unit)
        of_year = [entry for entry in entries if entry.is_of_year(year)]
        by_id = {entry.public_id: entry for entry in entries}
        for candidate in merge_causes(check_instrument(year, entries, of_year, frozenset(unit.related))):
            yield SeenCandidate.of(candidate, instrument.instrument, unit.uscc, by_id)
        whereabouts.add(place, instrument.place_zh, of_year)
    yield from _two_places(snapshot, instruments, units, whereabouts)


def check_instrument(
    year: int, around: Sequence[EntryFacts], entries: Sequence[EntryFacts], related: Collection[str]
) -> Iterator[Candidate]:
    """Yield the candidates of one instrument from the `entries` of the year.

    Those `around` the turn of the year only take time here; another year checks them.
    """
    losing = {entry.public_id for entry in entries}
    yield from (pair for pair in check_overlap(around) if pair.entries[1] in losing)
    yield from check_length(entries)
    yield from check_windows(entries)
    yield from check_booking(entries)
    yield from check_self_dealing(entries, related)
    yield from check_late_entries(entries)
    yield from check_bulk_at_year_end(entries, year)
    yield from check_amount(entries)
    yield from check_disputes(entries)
    yield from check_never_idle(entries)
    yield from check_daily_total(entries)
    by_device = [entry for entry in entries if entry.capture == "device"]
    if by_device:
        yield from check_device([entry for entry in entries if entry.by_hand], by_device)


class Whereabouts:
    """When each operator was at which instrument, in three figures a use instead of its entry (2.6 kB)."""

    def __init__(self) -> None:
        self._times: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._places: list[str] = []

    def add(self, instrument: int, place: str, entries: Iterable[EntryFacts]) -> None:
        """Add the entries of the next instrument, whose position in the snapshot is `instrument`."""
        self._places.append(place)
        for entry in entries:
            if entry.operator and entry.place:
                times = (entry.start.timestamp(), entry.end.timestamp(), instrument)
                self._times[entry.operator].extend(times)

    def suspects(self) -> dict[int, set[tuple[str, float]]]:
        """Return the uses of operators who were in two places at once, by instrument: operator and start."""
        found: dict[int, set[tuple[str, float]]] = defaultdict(set)
        for operator, figures in self._times.items():
            uses = sorted(zip(figures[::3], figures[1::3], figures[2::3], strict=True))
            for first, second in self._overlapping(uses):
                found[int(first[2])].add((operator, first[0]))
                found[int(second[2])].add((operator, second[0]))
        return found

    def _overlapping(
        self, uses: Iterable[tuple[float, float, float]]
    ) -> Iterator[tuple[tuple[float, float, float], tuple[float, float, float]]]:
        running: list[tuple[float, float, float]] = []
        for use in uses:
            if running:
                running = [held for held in running if held[1] > use[0]]
            for held in running:
                if self._places[int(held[2])] != self._places[int(use[2])]:
                    yield held, use
            running.append(use)


def _two_places(
    snapshot: FrozenYear,
    instruments: Sequence[InstrumentRow],
    units: Mapping[str, UnitRow],
    whereabouts: Whereabouts,
) -> Iterator[SeenCandidate]:
    """Yield the candidates among the suspects, whose instruments are read once more.

    Where the instruments are of two units, each answers for its own entries: there is a candidate for each.
    """
    by_operator: dict[str, list[EntryFacts]] = defaultdict(list)
    for place, suspects in sorted(whereabouts.suspects().items()):
        instrument = instruments[place]
        for entry in _entries(snapshot, instrument, units[instrument.uscc]):
            if (entry.operator, entry.start.timestamp()) in suspects:
                by_operator[entry.operator].append(entry)
    entries_by_id = {entry.public_id: entry for entries in by_operator.values() for entry in entries}
    usccs = {row.organization: uscc for uscc, row in units.items()}
    for operator in sorted(by_operator):
        by_later: dict[str, list[Candidate]] = defaultdict(list)
        for pair in check_two_places(by_operator[operator]):
            for candidate in _split_by_owner(pair, entries_by_id):
                by_later[candidate.entries[-1]].append(candidate)
        for later, candidates in by_later.items():
            entry = entries_by_id[later]
            for candidate in merge_causes(candidates):
                yield SeenCandidate.of(candidate, entry.instrument, usccs[entry.owner], entries_by_id)


def _split_by_owner(pair: Candidate, entries: Mapping[str, EntryFacts]) -> list[Candidate]:
    """Return the pair, or for each of two owners their entry, with the other owner as evidence."""
    first, second = (entries[each].owner for each in pair.entries)
    if first == second:
        return [pair]
    return [
        Candidate(pair.kind, (own,), {**pair.evidence, "elsewhere": other})
        for own, other in zip(pair.entries, (second, first), strict=True)
    ]


def _entries(snapshot: FrozenYear, instrument: InstrumentRow, unit: UnitRow) -> list[EntryFacts]:
    rows = snapshot.usage(instrument.instrument)
    return [entry_from_row(row, instrument, unit) for row in rows if row.confirmed]
