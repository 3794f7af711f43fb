"""All checks over a frozen year: what is found one instrument at a time is what all entries together show."""

from collections import defaultdict
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from rewards.cycle.domain.rows import entry_from_row
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow, build_row
from rewards.findings.domain.all_checks import run_checks
from rewards.findings.domain.causes import FURTHER
from rewards.findings.domain.checks import check_two_places
from tests.rewards.assessment.domain.test_outcome_of_snapshot import UNIT
from tests.rewards.cycle.domain.test_snapshot_schema import INSTRUMENT, MORNING, USAGE

OTHER = UNIT | {"uscc": "91990105YP10000279", "organization": "ORG-OTHER"}
PLACES = ("实验楼101", "实验楼101", "实验楼202", "")


class City:
    """A unit with an instrument in each of the places; `read` says which were read, in order."""

    def __init__(self, uses):
        self.uses = uses
        self.read = []

    def units(self):
        return [build_row(UnitRow, UNIT)]

    def instruments(self):
        return [
            build_row(InstrumentRow, INSTRUMENT | {"instrument": f"INS-{number}", "place_zh": place})
            for number, place in enumerate(PLACES)
        ]

    def usage(self, instrument):
        self.read.append(instrument)
        return [use for use in self.uses if use.instrument == instrument]


class CityOfTwo(City):
    """The same instruments, of which the third is of another unit."""

    def units(self):
        return [*super().units(), build_row(UnitRow, OTHER)]

    def instruments(self):
        first, second, third, last = super().instruments()
        return [first, second, structs.replace(third, uscc=OTHER["uscc"]), last]


def use(number, instrument=0, operator="USR-1", start=0, hours=2, **values):
    begins = MORNING + timedelta(hours=start)
    times = {"starts_at": begins, "ends_at": begins + timedelta(hours=hours), "recorded_at": begins}
    own = {"id": f"LOG-{number}", "number": number, "instrument": f"INS-{instrument}", "operator": operator}
    return build_row(UsageRow, USAGE | times | own | values)


USES = st.builds(
    dict,
    instrument=st.integers(0, len(PLACES) - 1),
    operator=st.sampled_from(["USR-1", "USR-2"]),
    start=st.integers(-3, 20),
    hours=st.integers(1, 6),
    confirmed=st.booleans(),
)


@given(st.lists(USES, max_size=12))
def test_two_places_at_once_are_found_as_among_all_entries_together(drawn):
    uses = [use(number, **values) for number, values in enumerate(drawn, start=1)]
    city = City(uses)
    found = [each.candidate for each in run_checks(2025, city) if each.candidate.kind == "two_places"]
    unit, instruments = city.units()[0], {row.instrument: row for row in city.instruments()}
    by_operator = defaultdict(list)
    for row in uses:
        if row.confirmed:
            by_operator[row.operator].append(entry_from_row(row, instruments[row.instrument], unit))
    pairs = [pair for name in sorted(by_operator) for pair in check_two_places(by_operator[name])]
    assert sorted(map(str, all_evidence(found))) == sorted(str(dict(pair.evidence)) for pair in pairs)
    assert len(found) == len({pair.entries[1] for pair in pairs})


def all_evidence(found):
    """The evidence of every pair in what was found."""
    for each in found:
        yield {key: value for key, value in each.evidence.items() if key != FURTHER}
        for more in each.evidence.get(FURTHER, ()):
            yield {key: value for key, value in more.items() if key not in ("kind", "logs")}


def test_only_instruments_of_suspects_are_read_twice():
    city = City([use(1), use(2, instrument=2, start=1), use(3, instrument=1, start=40)])
    kinds = [(each.candidate.kind, each.instrument) for each in run_checks(2025, city)]
    assert ("two_places", "INS-2") in kinds
    assert city.read == ["INS-0", "INS-1", "INS-2", "INS-3", "INS-0", "INS-2"]


def test_two_places_of_two_units_are_a_candidate_for_each_with_its_own_entry():
    theirs = use(2, instrument=2, start=1, owner_organization=OTHER["organization"])
    city = CityOfTwo([use(1), theirs])
    found = [each for each in run_checks(2025, city) if each.candidate.kind == "two_places"]
    first, second = sorted(found, key=lambda each: each.candidate.entries)
    assert [(each.uscc, each.instrument, each.candidate.entries) for each in (first, second)] == [
        (UNIT["uscc"], "INS-0", ("LOG-1",)),
        (OTHER["uscc"], "INS-2", ("LOG-2",)),
    ]
    assert [each.candidate.evidence["elsewhere"] for each in (first, second)] == [
        OTHER["organization"],
        UNIT["organization"],
    ]
    assert all(each.candidate.evidence["places"] == ["实验楼101", "实验楼202"] for each in (first, second))
    assert (first.amount, first.effective_seconds) == (city.uses[0].amount_yuan, USAGE["effective_seconds"])


def test_who_operates_remotely_is_in_one_place():
    city = City([use(1), use(2, instrument=2, start=1, service_mode="remote")])
    assert "two_places" not in {each.candidate.kind for each in run_checks(2025, city)}


def test_candidates_come_by_instrument_and_then_by_operator():
    city = City(
        [
            use(1, instrument=2, operator="USR-2"),
            use(2, instrument=0, operator="USR-2"),
            use(3, instrument=2, operator="USR-1", start=30),
            use(4, instrument=0, operator="USR-1", start=30),
        ]
    )
    seen = [(each.candidate.kind, each.instrument, each.candidate.entries) for each in run_checks(2025, city)]
    assert [each for each in seen if each[0] in ("no_booking", "two_places")] == [
        ("no_booking", "INS-0", ("LOG-2", "LOG-4")),
        ("no_booking", "INS-2", ("LOG-1", "LOG-3")),
        ("two_places", "INS-0", ("LOG-3", "LOG-4")),
        ("two_places", "INS-0", ("LOG-1", "LOG-2")),
    ]
