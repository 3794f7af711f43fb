"""A year's outcome from the rows of a snapshot."""

import json
from decimal import Decimal

import pytest

from rewards.assessment.domain.facts import InstrumentFacts
from rewards.assessment.domain.outcome import compute_outcome
from rewards.cycle.domain.snapshot_schema import PARTS, UsageRow, decode_rows
from rewards.findings.domain.rulings import Rulings
from tests.rewards.assessment.domain.make import policy, score_share

UNIT = {
    "uscc": "A",
    "organization": "ORG-A",
    "name_zh": "云屏大学",
    "name_en": "",
    "kind": "university",
    "district": "",
    "related": ["ORG-A"],
    "group": None,
    "published_instruments": 1,
    "declared_instruments": 1,
    "kinds_complete": [6] * 12,
    "cases_published": 0,
}
INSTRUMENT = {
    "uscc": "A",
    "instrument": "INS-1",
    "inner_number": "S-1",
    "name_zh": "扫描电镜",
    "name_en": "",
    "category": "",
    "model": "",
    "sharing_mode": "external",
    "purpose": "general",
    "place_zh": "一号楼",
    "published_in_year": True,
    "value_yuan": "500000.00",
    "externally_shared": True,
    "in_service_from": "2020-01-01",
    "retired_on": None,
}
LOG = {
    "id": "LOG-1",
    "instrument": "INS-1",
    "owner_organization": "ORG-A",
    "number": 1,
    "hash": "0" * 64,
    "recorded_by": "USR-2",
    "user": "USR-1",
    "payer_person": None,
    "user_kind": "enterprise",
    "booked_starts_at": "2025-03-03T01:00:00Z",
    "effective_seconds": 6900,
    "inside_windows_seconds": 7200,
    "service_mode": "self_operated",
    "direction": "research",
    "samples": 0,
    "funding_sources": [],
    "corrected": False,
    "recorded_at": "2025-03-03T03:00:00Z",
    "starts_at": "2025-03-03T01:00:00Z",
    "ends_at": "2025-03-03T03:00:00Z",
    "setup_seconds": 600,
    "measuring_seconds": 6000,
    "post_seconds": 300,
    "idle_seconds": 300,
    "amount_yuan": "600.00",
    "external": True,
    "related": False,
    "user_organization_kind": "enterprise",
    "user_size_class": "small",
    "purpose": "service",
    "in_region": True,
    "capture": "check_out",
    "confirmed": True,
    "payer_organization": "ORG-B",
    "operator": "USR-1",
    "booking": "BKG-1",
    "booked_ends_at": "2025-03-03T03:00:00Z",
    "quoted_yuan": "600.00",
    "rating": "very_satisfied",
    "open_dispute": None,
    "logged_ends_at": None,
}


def read(kind, values):
    """A row as it is read from a snapshot."""
    (row,) = decode_rows(kind, json.dumps(values).encode())
    return row


class Rows:
    """A snapshot of one unit with one instrument, and the logs and other parts given."""

    def __init__(self, *logs, units=(UNIT,), instruments=(INSTRUMENT,), openness=(), decisions=()):
        self.logs = logs
        self.parts = {
            "units": units,
            "instruments": instruments,
            "openness": openness,
            "decisions": decisions,
        }

    def _rows(self, part):
        return [read(PARTS[part], values) for values in self.parts[part]]

    def units(self):
        return self._rows("units")

    def instruments(self):
        return self._rows("instruments")

    def openness(self):
        return self._rows("openness")

    def decisions(self):
        return self._rows("decisions")

    def usage(self, instrument):
        return [read(UsageRow, log) for log in self.logs]


NOTHING_DECIDED = Rulings()


def year_of(*logs, rulings=NOTHING_DECIDED, **parts):
    """The unit's year, and the whole outcome."""
    outcome = compute_outcome(policy(score_share()), 2025, Rows(*logs, **parts), rulings, Decimal(1000))
    (unit,) = outcome.units
    return unit, outcome


def test_an_instrument_that_was_never_open_nor_used_has_nothing_to_its_account():
    unit, outcome = year_of()
    (facts,) = unit.facts.instruments
    assert (facts.offered_seconds, facts.closed_seconds, facts.effective_seconds) == (0, 0, 0)
    assert (facts.reported_seconds, facts.invalidated_seconds, facts.in_service_days) == (0, 0, 365)
    assert (unit.facts.decided, unit.facts.decided_in_time, unit.facts.lapsed) == (0, 0, 0)
    assert (outcome.reported, outcome.counted, unit.months) == (0, 0, [[0, 0]] * 12)


def test_what_was_open_decided_and_used_is_counted():
    unit, outcome = year_of(
        LOG,
        openness=[{"instrument": "INS-1", "offered_seconds": 7200, "closed_seconds": 3600}],
        decisions=[{"uscc": "A", "decided": 4, "lapsed": 1}],
    )
    (facts,) = unit.facts.instruments
    assert (facts.offered_seconds, facts.closed_seconds, facts.effective_seconds) == (7200, 3600, 6900)
    assert (facts.external_seconds, facts.sme_seconds) == (6900, 6900)
    assert (facts.external_income, facts.internal_income, facts.sme_income) == (600, 0, 600)
    assert (unit.facts.decided, unit.facts.decided_in_time, unit.facts.lapsed) == (4, 4, 1)
    assert (unit.facts.organizations_served, unit.facts.reviews) == (1, (0, 0, 0, 0, 1))
    assert (outcome.reported, outcome.counted) == (1, 1)
    assert unit.months == [[0, 0], [0, 0], [6900, 6900], *[[0, 0]] * 9]


def test_an_invalidated_log_counts_for_nothing_but_is_reported():
    unit, outcome = year_of(LOG, rulings=Rulings(invalidated=frozenset({"LOG-1"})))
    (facts,) = unit.facts.instruments
    assert (facts.effective_seconds, facts.reported_seconds, facts.invalidated_seconds) == (0, 6900, 6900)
    assert (unit.facts.reviews, unit.facts.organizations_served) == ((0, 0, 0, 0, 0), 0)
    assert (outcome.reported, outcome.counted, outcome.excluded) == (1, 0, {"invalidated": (1, 6900)})


@pytest.mark.parametrize(
    ("kind", "size", "sme"),
    [
        ("enterprise", "medium", 6900),
        ("enterprise", "micro", 6900),
        ("enterprise", "large", 0),
        ("university", "small", 0),
    ],
)
def test_sme_hours_count_only_small_and_medium_enterprises(kind, size, sme):
    unit, _ = year_of({**LOG, "user_organization_kind": kind, "user_size_class": size})
    assert unit.facts.instruments[0].sme_seconds == sme


def test_internal_uses_are_not_counted_as_external():
    unit, _ = year_of({**LOG, "external": False, "payer_organization": "ORG-A"})
    (facts,) = unit.facts.instruments
    assert (facts.effective_seconds, facts.external_seconds) == (6900, 0)
    assert (facts.internal_income, facts.external_income) == (600, 0)
    assert unit.facts.organizations_served == 0
    assert unit.months[2] == [6900, 0]


def test_an_upheld_finding_and_a_falsification_reach_the_assessment():
    unit, _ = year_of(rulings=Rulings(falsified=frozenset({"A"})))
    assert (unit.assessment.barred, unit.award.amount) == (True, Decimal("0.00"))
    unit, _ = year_of()
    assert unit.assessment.barred is False


def test_months_end_at_midnight_in_the_city():
    late = {
        "starts_at": "2025-03-31T16:00:00Z",
        "ends_at": "2025-03-31T18:00:00Z",
        "recorded_at": "2025-03-31T18:00:00Z",
    }
    unit, _ = year_of({**LOG, **late})
    assert (unit.months[2], unit.months[3]) == ([0, 0], [6900, 6900])
    assert (unit.instruments[0].counted, unit.instruments[0].reduced) == (1, {})


def test_instrument_without_facts_has_zero_totals():
    bare = vars(InstrumentFacts(public_id="INS-1"))
    figures = {name: value for name, value in bare.items() if name.endswith(("_seconds", "_income", "_days"))}
    assert len(figures) == 12
    assert set(figures.values()) == {0}
    assert (bare["original_value"], bare["purpose"], bare["rewarded_before"]) == (0, "general", False)
