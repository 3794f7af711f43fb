"""The calculation of an award in words leads from the claim to the amount."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils.translation import override

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.reports import describe_reasoning
from tests.rewards.assessment.domain.make import (
    caps,
    earning,
    income_rate,
    instrument,
    policy,
    score_share,
    scored,
)
from tests.rewards.assessment.domain.test_presets import preset


@pytest.fixture(autouse=True)
def chinese():
    with override("zh-hans"):
        yield


def steps_of(rules, claimants, budget=None):
    """Return the steps of the first unit after its claims."""
    reasoning = allocate(rules, claimants, budget).as_json()["awards"][0]
    return describe_reasoning(reasoning)[len(reasoning["rules"]) :]


def test_a_claim_above_the_cap_for_a_unit_names_the_cap():
    (award,) = allocate(preset("anhui-2015"), [Claimant("A", external_income=26_000_000)]).awards
    assert [text for _, text in describe_reasoning(award.reasoning)] == [
        "对外服务收入26,000,000.00元×20%，计5,200,000.00元",
        "5,200,000.00元，按单位上限取5,000,000.00元",
    ]
    assert str(award.amount) == "5000000.00"
    with override("en"):
        assert describe_reasoning(award.reasoning)[-1] == (
            "Cap for a unit",
            "¥5,200,000.00, cut to ¥5,000,000.00 by the cap for a unit",
        )


@pytest.mark.parametrize(
    ("money_unit", "steps"),
    [
        ("分", []),
        ("元", [("取整", "取整到元，得12,346.00元")]),
        ("百元", [("取整", "取整到百元，得12,300.00元")]),
    ],
)
def test_a_claim_paid_whole_names_the_rounding_where_it_changed_it(money_unit, steps):
    rules = policy(income_rate("0.1"), money_unit=money_unit)
    assert steps_of(rules, [Claimant("A", external_income=Decimal("123456.00"))]) == steps


def test_a_claim_rounded_up_to_the_cap_was_not_cut():
    rules = policy(income_rate("1"), money_unit="百元", caps=caps(unit=500))
    assert steps_of(rules, [Claimant("A", external_income=460)]) == [("取整", "取整到百元，得500.00元")]


def test_divided_claims_are_sums_and_not_points():
    steps = steps_of(policy(income_rate("1")), earning([450_000, 150_000]), 400_000)
    assert steps == [
        (
            "资金分配",
            "可分配资金400,000.00元，本单位参与分配450,000.00元，全市参与分配合计600,000.00元，上限450,000.00元，"
            "按比例应得300,000.00元，取整到分，得300,000.00元",
        )
    ]


def test_a_group_cut_to_its_cap_divides_the_cap_and_not_the_budget():
    rules = policy(income_rate("1"), caps=caps(group=90_000))
    related, other = earning([80_000, 40_000], group="G"), Claimant("C", Fraction(80), external_income=7_000)
    assert steps_of(rules, [*related, other], 500_000) == [
        (
            "关联单位合计上限",
            "关联单位合计上限90,000.00元，本单位参与分配80,000.00元，关联单位参与分配合计120,000.00元，"
            "上限80,000.00元，按比例应得60,000.00元，取整到分，得60,000.00元",
        )
    ]


def test_a_division_by_score_names_points_and_the_cap_of_the_group():
    rules = policy(score_share(), caps=caps(group=50_000))
    assert steps_of(rules, scored([80, 80, 80], group="G"), 90_000) == [
        (
            "资金分配",
            "可分配资金90,000.00元，关联单位合计上限50,000.00元，本单位计奖分值20.00分，全市计奖分值合计60.00分，"
            "按比例应得16,666.67元，取整到分，尾差按最大余数法调增1分，得16,666.67元",
        )
    ]


def test_a_fixed_amount_names_the_value_whose_bands_it_follows():
    owned = Claimant("A", instruments=(instrument(original_value=2_000_000, nonfiscal_value=600_000),))
    (award,) = allocate(preset("fujian-2019"), [owned]).awards
    assert [text for _, text in describe_reasoning(award.reasoning)] == [
        "按单台（套）“非财政资金支付的原值”分档定额，计40,000.00元"
    ]
