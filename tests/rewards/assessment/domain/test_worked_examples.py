"""The twelve worked examples of docs/reward-policy.md, to the 分."""

from fractions import Fraction

import pytest

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.facts import UnitFacts
from rewards.assessment.domain.measures import calculate_measure
from rewards.policy.domain.shapes import Linear, PerUnit, Steps
from tests.rewards.assessment.domain.make import (
    amounts,
    caps,
    earning,
    income_rate,
    instrument,
    instrument_income,
    policy,
    score_share,
    scored,
)

HOUR = 3600


@pytest.mark.parametrize(
    ("income", "award"),
    [("26000000", "5000000.00"), ("1234500", "246900.00")],
    ids=["capped", "below the cap"],
)
def test_01_income_rate_with_a_cap(income, award):
    rules = policy(income_rate("0.20"), caps=caps(unit=5_000_000))
    assert amounts(allocate(rules, earning([income]))) == [award]


def test_02_income_rate_by_grade():
    by_grade = {
        "excellent": Fraction("0.10"),
        "good": Fraction("0.08"),
        "pass": Fraction("0.06"),
        "poor": Fraction(0),
    }
    rules = policy(income_rate(by_grade=by_grade))
    good, poor = (
        earning(["875000"], grade="good")[0],
        earning(["0", "875000"], grade="poor")[1],
    )
    assert amounts(allocate(rules, [good, poor])) == ["70000.00", "0.00"]


def test_03_instrument_income_with_a_cap_for_each():
    unit = scored(
        [80],
        instruments=(
            instrument("INS-1", external_income=620_000),
            instrument("INS-2", external_income=130_000),
        ),
    )
    allocation = allocate(policy(instrument_income("0.10"), caps=caps(instrument=50_000)), unit)
    assert amounts(allocation) == ["63000.00"]
    parts = allocation.awards[0].reasoning["rules"][0]["instruments"]
    assert [(part["raw"], part["claim"]) for part in parts] == [
        ("62000.00", "50000.00"),
        ("13000.00", "13000.00"),
    ]


def test_04_of_two_claims_only_the_highest():
    rules = policy(
        income_rate("0.10", code="ten", requires="networked", highest_of="test"),
        income_rate("0.30", code="thirty", requires="municipal", highest_of="test"),
        caps=caps(unit=50_000),
    )
    unit = earning([200_000], qualifications=frozenset({"networked", "municipal"}))
    allocation = allocate(rules, unit)
    assert amounts(allocation) == ["50000.00"]
    claims = allocation.awards[0].reasoning["rules"]
    assert [(claim["claim"], claim["note"]) for claim in claims] == [
        ("20000.00", "not_highest"),
        ("60000.00", None),
    ]


def test_of_two_equal_claims_that_of_the_first_rule_counts():
    rules = policy(
        income_rate("0.10", code="first", highest_of="test"),
        income_rate("0.10", code="second", highest_of="test"),
    )
    allocation = allocate(rules, earning([200_000]))
    assert amounts(allocation) == ["20000.00"]
    claims = allocation.awards[0].reasoning["rules"]
    assert [(claim["rule"], claim["note"]) for claim in claims] == [
        ("first", None),
        ("second", "not_highest"),
    ]


def test_05_score_share_filled():
    rules = policy(score_share(floor=60), caps=caps(unit=400_000), money_unit="元")
    allocation = allocate(rules, scored([96, 84, 72, 60, 55]), 1_000_000)
    assert amounts(allocation) == ["400000.00", "400000.00", "200000.00", "0.00", "0.00"]
    assert str(allocation.unallocated) == "0.00"


def test_06_the_odd_fen_goes_to_the_lowest_uscc():
    allocation = allocate(policy(score_share(floor=60)), scored([61, 61, 61]), 100)
    assert amounts(allocation) == ["33.34", "33.33", "33.33"]


def test_07_all_capped_leaves_a_rest():
    rules = policy(score_share(floor=60), caps=caps(unit=250_000))
    allocation = allocate(rules, scored([90, 80, 70]), 900_000)
    assert amounts(allocation) == ["250000.00"] * 3
    assert str(allocation.unallocated) == "150000.00"


def test_08_over_budget_scaled():
    allocation = allocate(policy(income_rate()), earning([70_000, 50_000, 30_000]), 100_000)
    assert amounts(allocation) == ["46666.67", "33333.33", "20000.00"]


def test_09_shapes():
    assert Linear(Fraction(0), Fraction("0.30")).points(Fraction("0.21"), Fraction(15)) == Fraction("10.50")
    steps = ((Fraction(0), Fraction(0)), (Fraction("0.5"), Fraction(4)), (Fraction("0.8"), Fraction(8)))
    assert Steps(steps).points(Fraction("0.8"), Fraction(8)) == 8
    assert PerUnit(Fraction(1), each=Fraction(100)).points(Fraction(1599), Fraction(15)) == 15


def test_10_utilization():
    facts = UnitFacts(
        uscc="A",
        instruments=(
            instrument("INS-1", in_service_days=365, effective_seconds=1190 * HOUR),
            instrument("INS-2", in_service_days=184, effective_seconds=384 * HOUR),
        ),
    )
    utilization = calculate_measure("utilization", facts)
    assert utilization.denominator == 1400 + Fraction(1400 * 184, 365)
    assert utilization.formula == "(1190.00 + 384.00) ÷ 2105.75 = 0.7475"


@pytest.mark.parametrize(
    ("over_budget", "awards"),
    [
        ("scale", ["3000000.00", "1800000.00", "1200000.00"]),
        ("fill", ["4000000.00", "1200000.00", "800000.00"]),
    ],
)
def test_11_scale_and_fill(over_budget, awards):
    rules = policy(income_rate(over_budget=over_budget), caps=caps(unit=5_000_000), money_unit="元")
    assert amounts(allocate(rules, earning([10_000_000, 3_000_000, 2_000_000]), 6_000_000)) == awards


def test_12_half_up_alone_and_largest_remainder_together():
    rules = policy(income_rate(), money_unit="百元")
    assert amounts(allocate(rules, earning([50, 50, 50]), 300)) == ["100.00"] * 3
    assert amounts(allocate(rules, earning([50, 50, 50]), 150)) == ["100.00", "0.00", "0.00"]
    by_score = earning([50, 50, 50], scores=[70, 70, 90])
    assert amounts(allocate(rules, by_score, 150)) == ["0.00", "0.00", "100.00"]
