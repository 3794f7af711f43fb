"""A year's outcome from the rows of a snapshot, without a database."""

from datetime import timedelta
from decimal import Decimal

from rewards.assessment.domain.outcome import compute_outcome
from rewards.cycle.domain.snapshot_schema import (
    DecisionsRow,
    InstrumentRow,
    OpennessRow,
    UnitRow,
    UsageRow,
    build_row,
)
from rewards.findings.domain.rulings import Rulings
from tests.rewards.assessment.domain.make import income_rate, policy
from tests.rewards.cycle.domain.test_snapshot_schema import INSTRUMENT, USAGE

UNIT = {
    "uscc": INSTRUMENT["uscc"],
    "organization": "ORG-1",
    "name_zh": "云屏大学",
    "name_en": "",
    "kind": "university",
    "district": "",
    "related": ["ORG-1"],
    "group": None,
    "kinds_complete": [6] * 12,
    "published_instruments": 1,
    "declared_instruments": 2,
    "cases_published": 0,
    "qualifications": ["networked"],
    "grade": "good",
    "major_projects": 2,
}


class City:
    """The rows of a city with one unit and one instrument."""

    def __init__(self, *uses, opened=True):
        self.uses, self.opened = uses, opened

    def units(self):
        return [build_row(UnitRow, UNIT)]

    def instruments(self):
        return [build_row(InstrumentRow, INSTRUMENT)]

    def openness(self):
        values = {"instrument": "INS-1", "offered_seconds": 3600, "closed_seconds": 60}
        return [build_row(OpennessRow, values)] if self.opened else []

    def decisions(self):
        values = {"uscc": INSTRUMENT["uscc"], "decided": 3, "lapsed": 1}
        return [build_row(DecisionsRow, values)] if self.opened else []

    def usage(self, instrument):
        assert instrument == "INS-1"
        return [build_row(UsageRow, use) for use in self.uses]


def use(number, **values):
    start = USAGE["starts_at"] + timedelta(days=number)
    times = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "recorded_at": start + timedelta(hours=2),
    }
    return USAGE | times | {"id": f"LOG-{number}", "number": number, "purpose": "service"} | values


def year_of_unit(*uses, **city):
    outcome = compute_outcome(policy(income_rate("0.1")), 2025, City(*uses, **city), Rulings(), None)
    (unit,) = outcome.units
    return unit


def test_reviews_are_counted_from_the_worst_rating_to_the_best():
    ratings = ("very_poor", "very_satisfied", "very_satisfied", "satisfied", None)
    unit = year_of_unit(*(use(number, rating=rating) for number, rating in enumerate(ratings, start=1)))
    assert unit.facts.reviews == (1, 0, 0, 1, 2)


def test_the_facts_of_an_instrument_hold_the_sums_of_its_entries():
    inside = {"external": False, "amount_yuan": Decimal("7.00"), "user_organization_kind": "university"}
    large = {"user_size_class": "large"}
    unit = year_of_unit(use(1), use(2, **large), use(3, **inside), use(4, confirmed=False))
    (facts,) = unit.facts.instruments
    assert (facts.effective_seconds, facts.external_seconds, facts.sme_seconds) == (21600, 14400, 7200)
    assert (facts.internal_income, facts.external_income) == (7, 201)
    assert (facts.enterprise_income, facts.sme_income) == (201, Decimal("100.50"))
    assert (facts.reported_seconds, facts.invalidated_seconds) == (28800, 0)
    assert (facts.offered_seconds, facts.closed_seconds, facts.in_service_days) == (3600, 60, 365)
    assert unit.award.amount == Decimal("20.10")


def test_a_unit_without_open_time_and_decisions_has_none():
    facts = year_of_unit(opened=False).facts
    assert (facts.decided, facts.lapsed, facts.instruments[0].offered_seconds) == (0, 0, 0)
    assert (year_of_unit().facts.decided, year_of_unit().facts.lapsed) == (3, 1)
