"""What is stored beside an award, so that a unit can follow every step."""

from decimal import Decimal
from fractions import Fraction

import pytest

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from tests.rewards.assessment.domain.make import (
    caps,
    income_rate,
    instrument,
    instrument_income,
    policy,
    score_share,
)

INSTRUMENTS = (
    instrument("INS-1", external_income=10_000),
    instrument("INS-2", external_income=1_000),
)


def test_an_income_capped_by_instrument_shows_each_of_them():
    rules = policy(instrument_income("0.1"), caps=caps(instrument=500, unit=550, group=700))
    allocation = allocate(rules, [Claimant("A", Fraction(80), "good", instruments=INSTRUMENTS)], 1000)
    (award,) = allocation.as_json()["awards"]
    assert award["rules"] == [
        {
            "rule": "instrument",
            "kind": "instrument_income",
            "clause_zh": "三",
            "clause_en": "3",
            "basis_kind": "external_income",
            "basis": "11000.00",
            "rate": "10%",
            "floor": None,
            "raw": "1100.00",
            "cap_instrument": "500.00",
            "instruments": [
                {
                    "instrument": "INS-1",
                    "basis": "10000.00",
                    "raw": "1000.00",
                    "raw_exact": "1000",
                    "claim": "500.00",
                    "capped": True,
                },
                {
                    "instrument": "INS-2",
                    "basis": "1000.00",
                    "raw": "100.00",
                    "raw_exact": "100",
                    "claim": "100.00",
                    "capped": False,
                },
            ],
            "claim": "600.00",
            "claim_exact": "600",
            "note": None,
        }
    ]
    assert (award["score"], award["grade"], award["group"]) == ("80.00", "good", None)
    assert (award["cap_unit"], award["cap_group"]) == ("550.00", "700.00")
    assert (award["amount"], award["after_unit_cap"], award["after_group_cap"]) == ("550.00",) * 3
    assert allocation.as_json()["pots"] == [
        {"pot": "instrument", "budget": "1000.00", "claimed": "550.00", "given": "550.00", "mode": "whole"}
    ]


def test_without_caps_and_budget_none_is_shown():
    allocation = allocate(policy(income_rate("0.1")), [Claimant("A", external_income=500)])
    result = allocation.as_json()
    (award,) = result["awards"]
    assert (award["cap_unit"], award["cap_group"], award["score"], award["grade"]) == (None,) * 4
    assert (award["rules"][0]["cap_instrument"], award["rules"][0]["instruments"]) == (None, [])
    assert (result["budget"], result["unallocated"], result["total"]) == (None, None, "50.00")
    assert result["pots"] == [
        {"pot": "income", "budget": None, "claimed": "50.00", "given": "50.00", "mode": "whole"}
    ]


def test_a_share_by_score_shows_the_floor_and_claims_no_sum():
    allocation = allocate(policy(score_share(floor=60)), [Claimant("A", Fraction(85))], Decimal(1000))
    (award,) = allocation.as_json()["awards"]
    (rule,) = award["rules"]
    assert (rule["floor"], rule["rate"], rule["basis"], rule["claim"]) == ("60", None, "85.00", "25.00")
    (pot,) = allocation.as_json()["pots"]
    assert (pot["claimed"], pot["given"]) == (None, "1000.00")


def test_insufficient_pot_shows_scaling():
    claimants = [Claimant("A", external_income=9000), Claimant("B", external_income=1000)]
    (pot,) = allocate(policy(income_rate("0.1")), claimants, Decimal(500)).as_json()["pots"]
    assert (pot["claimed"], pot["given"], pot["mode"]) == ("1000.00", "500.00", "scale")


def test_a_score_at_or_below_the_floor_claims_nothing_and_says_why():
    rules = policy(score_share(floor=60))
    claimants = [Claimant(chr(65 + at), Fraction(score)) for at, score in enumerate((61, 60, 40))]
    notes = [award["rules"][0]["note"] for award in allocate(rules, claimants, 100).as_json()["awards"]]
    assert notes == [None, "below_floor", "below_floor"]


@pytest.mark.parametrize("basis", ["external_income", "enterprise_income", "sme_income", "fees_paid"])
def test_a_unit_of_which_no_income_is_known_claims_none(basis):
    allocation = allocate(policy(income_rate("1", basis=basis)), [Claimant("A")])
    assert str(allocation.total) == "0.00"
