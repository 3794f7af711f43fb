"""The order of the steps, caps, pots and reasoning; and what holds for every allocation."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewards.assessment.domain.allocation import AllocationRefused, allocate
from rewards.assessment.domain.claims import Claimant
from rewards.policy.domain.policy import MONEY_UNITS, GradeFixed, Rate, ValueFixed
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


def test_a_cap_is_rounded_down_before_anything_is_divided():
    rules = policy(score_share(), caps=caps(unit=Fraction("250.99")), money_unit="元")
    assert amounts(allocate(rules, scored([70, 70]), 1000)) == ["250.00", "250.00"]


def test_a_cap_is_rounded_down_before_it_weighs_in_a_division():
    rules = policy(income_rate(), caps=caps(unit=599), money_unit="百元")
    # 500 : 500 and not 599 : 500, so that the odd 100 goes to the higher score
    assert amounts(allocate(rules, earning([1000, 500], scores=[70, 80]), 900)) == ["400.00", "500.00"]


def test_rounding_never_exceeds_group_cap():
    units = scored([66, 66, 66], group="g") + [
        Claimant(uscc=uscc, score=Fraction(65)) for uscc in ("D", "E", "F", "G")
    ]
    rules = policy(score_share(), caps=caps(group=2), money_unit="元")
    # shares of 0.6 for the three of the group and 0.5 for the others; 3 yuan are to be given out
    assert amounts(allocate(rules, units, Decimal("3.80"))) == [
        *("1.00", "1.00", "0.00"),
        *("1.00", "0.00", "0.00", "0.00"),
    ]


def test_scale_mode_leaves_capped_remainder_unallocated():
    rules = policy(score_share(over_budget="scale"), caps=caps(unit=400_000), money_unit="元")
    allocation = allocate(rules, scored([96, 84, 72]), 1_000_000)
    assert amounts(allocation) == ["400000.00", "333333.00", "166667.00"]
    assert allocation.unallocated == 100_000


def test_a_group_of_related_units_is_capped_together():
    units = [
        Claimant("A", score=Fraction(80), group="g", external_income=Decimal(300)),
        Claimant("B", score=Fraction(80), group="g", external_income=Decimal(200)),
        Claimant("C", score=Fraction(80), external_income=Decimal(400)),
    ]
    rules = policy(income_rate(), caps=caps(group=100), money_unit="元")
    assert amounts(allocate(rules, units)) == ["60.00", "40.00", "400.00"]


def test_fill_gives_capped_remainder_to_others():
    units = [
        Claimant("A", score=Fraction(80), group="g"),
        Claimant("B", score=Fraction(80), group="g"),
        Claimant("C", score=Fraction(80)),
    ]
    filled = policy(score_share(), caps=caps(group=300), money_unit="元")
    scaled = policy(score_share(over_budget="scale"), caps=caps(group=300), money_unit="元")
    assert amounts(allocate(filled, units, 900)) == ["150.00", "150.00", "600.00"]
    assert amounts(allocate(scaled, units, 900)) == ["150.00", "150.00", "300.00"]


def test_a_unit_in_a_capped_group_is_not_pushed_out_by_a_larger_budget():
    units = [
        Claimant("A", score=Fraction(90), group="g"),
        Claimant("B", score=Fraction(70), group="g"),
    ]
    rules = policy(score_share(over_budget="scale"), caps=caps(unit=60, group=80), money_unit="元")
    assert amounts(allocate(rules, units, 80)) == ["60.00", "20.00"]
    assert amounts(allocate(rules, units, 800)) == ["60.00", "20.00"]


def test_rules_add_up_each_within_its_share_and_the_sum_is_capped():
    rules = policy(
        income_rate(code="income", share=Fraction("0.5")),
        score_share(code="score", share=Fraction("0.5")),
        caps=caps(unit=700),
        money_unit="元",
    )
    units = earning([600, 200], scores=[90, 70])
    allocation = allocate(rules, units, 1000)
    # income: 800 scaled to 500 is 375 and 125; score: 500 by 30 : 10 is 375 and 125
    assert amounts(allocation) == ["700.00", "250.00"]
    assert [award.reasoning["sum"] for award in allocation.awards] == ["750.00", "250.00"]
    assert str(allocation.unallocated) == "50.00"


def test_fixed_amounts_by_grade():
    table = {
        "excellent": Fraction(30_000),
        "good": Fraction(20_000),
        "pass": Fraction(0),
        "poor": Fraction(0),
    }
    rule = GradeFixed(code="fixed", clause_zh="四", clause_en="4", amounts=Rate(by_grade=table))
    units = [Claimant("A", grade="excellent"), Claimant("B", grade="poor"), Claimant("C")]
    allocation = allocate(policy(rule), units)
    assert amounts(allocation) == ["30000.00", "0.00", "0.00"]
    assert allocation.awards[2].reasoning["rules"][0]["note"] == "ungraded"


def test_fixed_amounts_by_value_once_for_each_instrument():
    bands = tuple((Fraction(a), Fraction(b)) for a, b in [(300_000, 20_000), (500_000, 40_000)])
    rule = ValueFixed(code="fixed", clause_zh="五", clause_en="5", bands=bands)
    unit = Claimant(
        "A",
        instruments=(
            instrument("INS-1", original_value=499_999),
            instrument("INS-2", original_value=500_000),
            instrument("INS-3", original_value=900_000, rewarded_before=True),
            instrument("INS-4", original_value=100_000),
        ),
    )
    assert amounts(allocate(policy(rule), [unit])) == ["60000.00"]


def test_a_barred_unit_gets_nothing_and_the_reason_is_said():
    units = [*scored([90]), Claimant("B", score=Fraction(90), barred=True)]
    allocation = allocate(policy(score_share()), units, 100)
    assert amounts(allocation) == ["100.00", "0.00"]
    assert allocation.awards[1].reasoning["rules"][0]["note"] == "barred"


def test_the_reasoning_says_every_step():
    rules = policy(income_rate("0.5"), caps=caps(unit=40), money_unit="元")
    reasoning = allocate(rules, earning(["90.00", "70.00"]), 50).awards[0].reasoning
    assert json.loads(json.dumps(reasoning)) == reasoning
    claim, pot = reasoning["rules"][0], reasoning["pots"][0]
    assert (claim["basis"], claim["rate"], claim["raw"], claim["clause_zh"]) == (
        "90.00",
        "50%",
        "45.00",
        "二",
    )
    # 40 and 35 are asked for, 50 is there: 26.67 and 23.33
    assert (pot["mode"], pot["limit"], pot["weight"], pot["weights"]) == ("scale", "40.00", "40.00", "75.00")
    assert (pot["share_exact"], pot["share"], pot["extra_unit"], pot["amount"]) == (
        "80/3",
        "26.67",
        True,
        "27.00",
    )
    assert (reasoning["sum"], reasoning["cap_unit"], reasoning["amount"]) == ("27.00", "40.00", "27.00")


def test_a_unit_listed_twice_is_refused():
    with pytest.raises(AllocationRefused) as refused:
        allocate(policy(score_share()), [*scored([70]), *scored([80])], 100)
    assert [problem.code for problem in refused.value.problems] == ["reward.unit_twice"]


def test_a_division_without_a_budget_is_refused():
    with pytest.raises(AllocationRefused) as refused:
        allocate(policy(score_share()), scored([70]))
    assert [problem.code for problem in refused.value.problems] == ["reward.no_budget"]


# What holds for every allocation.

MONEY = st.decimals(min_value=0, max_value=100_000, places=2)
SCORE = st.decimals(min_value=0, max_value=100, places=2)
BUDGET = st.decimals(min_value=0, max_value=300_000, places=2)


@st.composite
def cases(draw, rule=None, over_budget=None):
    """A policy with one rule, and up to seven units, some of them related."""
    unit = draw(st.sampled_from(sorted(MONEY_UNITS)))
    over_budget = over_budget or draw(st.sampled_from(["scale", "fill"]))
    kind = (
        draw(st.sampled_from(["score_share", "income_rate", "instrument_income"])) if rule is None else rule
    )
    limits = {
        name: draw(st.none() | st.decimals(min_value=0, max_value=60_000, places=2))
        for name in ("instrument", "unit", "group")
    }
    made = {
        "score_share": lambda: score_share(draw(st.integers(0, 80)), over_budget),
        "income_rate": lambda: income_rate("0.3", over_budget),
        "instrument_income": lambda: instrument_income("0.3", over_budget=over_budget),
    }[kind]()
    count = draw(st.integers(1, 7))
    units = [
        Claimant(
            uscc=f"U{at}",
            score=Fraction(draw(SCORE)),
            group=draw(st.sampled_from([None, None, "g", "h"])),
            instruments=tuple(
                instrument(f"INS-{at}-{n}", external_income=draw(MONEY))
                for n in range(draw(st.integers(0, 2)))
            ),
        )
        for at in range(count)
    ]
    return policy(made, money_unit=unit, caps=caps(**limits)), units


def most_for(rules, members):
    """The most that units of one group (or a unit alone) may receive; None without a cap."""
    unit = Fraction(rules.unit)
    limits = []
    if rules.caps.unit is not None:
        limits.append(rules.caps.unit // unit * unit * len(members))
    if rules.caps.group is not None and members[0].group is not None:
        limits.append(rules.caps.group // unit * unit)
    return min(limits, default=None)


@settings(deadline=None)
@given(cases(), BUDGET)
def test_no_award_passes_its_caps_nor_all_the_budget(case, budget):
    rules, units = case
    allocation = allocate(rules, units, budget)
    for award in allocation.awards:
        most = most_for(rules, [award.claimant])
        assert award.amount >= 0
        assert award.amount % rules.unit == 0
        assert most is None or award.amount <= most
        for part in (part for claim in award.claims for part in claim.parts if part.instrument):
            assert rules.caps.instrument is None or part.claim <= rules.caps.instrument
    for group in ("g", "h"):
        members = [unit for unit in units if unit.group == group]
        mine = [award.amount for award in allocation.awards if award.claimant.group == group]
        most = most_for(rules, members) if members else None
        assert most is None or sum(mine) <= most
    assert allocation.total + allocation.unallocated == budget
    assert allocation.total <= budget


@settings(deadline=None)
@given(cases(rule="score_share", over_budget="fill"), BUDGET)
def test_awards_add_up_to_the_pool_or_to_the_caps(case, budget):
    rules, units = case
    rule = rules.rules[0]
    assume(any(unit.score > rule.floor for unit in units))
    allocation = allocate(rules, units, budget)
    pool = Fraction(budget) // Fraction(rules.unit) * Fraction(rules.unit)
    if allocation.total == pool:
        return
    sharing = [award for award in allocation.awards if award.claimant.score > rule.floor]
    group_cap = most_for(replace(rules, caps=caps(group=rules.caps.group)), [Claimant("x", group="g")])
    for award in sharing:
        alone = most_for(rules, [Claimant("x")])
        mine = [each.amount for each in allocation.awards if each.claimant.group == award.claimant.group]
        assert award.amount == alone or (award.claimant.group and sum(mine) == group_cap)


@settings(deadline=None)
@given(cases(rule="income_rate"), BUDGET)
def test_claims_are_paid_whole_or_the_budget_is_used_up(case, budget):
    rules, units = case
    allocation = allocate(rules, units, budget)
    unlimited = allocate(rules, units)
    pool = Fraction(budget) // Fraction(rules.unit) * Fraction(rules.unit)
    if allocation.total == min(unlimited.total, pool):
        return
    assert allocation.total < pool
    group_cap = most_for(replace(rules, caps=caps(group=rules.caps.group)), [Claimant("x", group="g")])
    for award in allocation.awards:  # what stays, nobody can take
        (pot,) = award.pots
        mine = [each.amount for each in allocation.awards if each.claimant.group == award.claimant.group]
        full = award.claimant.group and sum(mine) == group_cap
        assert pot.extra_unit or award.amount == pot.limit or full


def test_shares_come_from_the_exact_claims_and_the_unit_of_the_remainder_from_nobody_else():
    rules = policy(income_rate(), money_unit="百元")
    allocation = allocate(rules, earning([200, 60, 40]), 200)
    assert [award.pots[0].share for award in allocation.awards] == [Fraction(400, 3), 40, Fraction(80, 3)]
    assert amounts(allocation) == ["100.00", "100.00", "0.00"]


def test_a_share_never_passes_its_exact_claim_though_the_budget_is_larger():
    rules = policy(income_rate(), money_unit="百元")
    # 1000 and nine times 50 are 1450, half-up 1900: above 1800, which leaves 800 for the nine
    paid = amounts(allocate(rules, earning([1000, *[50] * 9]), 1800))
    assert paid == ["1000.00", *["100.00"] * 8, "0.00"]


def test_a_unit_that_nobody_can_take_stays_unallocated():
    rules = policy(income_rate(), money_unit="百元")
    # shares of 293.06 and six times 26.16: 200 down, 100 by remainder, 100 that no claim of 49 may get
    allocation = allocate(rules, earning([549, *[49] * 6]), 450)
    assert amounts(allocation) == ["300.00", *["0.00"] * 6]
    assert str(allocation.unallocated) == "150.00"


def test_a_group_is_cut_in_proportion_to_its_exact_claims():
    rules = policy(income_rate(), caps=caps(group=200), money_unit="百元")
    assert amounts(allocate(rules, earning([200, 60, 40], group="g"))) == ["100.00", "100.00", "0.00"]


@settings(deadline=None)
@given(cases(), BUDGET, st.randoms())
def test_the_order_of_input_changes_nothing(case, budget, random):
    rules, units = case
    shuffled = list(units)
    random.shuffle(shuffled)
    assert allocate(rules, units, budget).as_json() == allocate(rules, shuffled, budget).as_json()


@settings(deadline=None)
@given(cases(), BUDGET, BUDGET)
def test_a_larger_budget_lowers_no_award_by_more_than_one_money_unit(case, one, other):
    rules, units = case
    small, large = sorted([one, other])
    less, more = allocate(rules, units, small), allocate(rules, units, large)
    for before, after in zip(less.awards, more.awards, strict=True):
        assert after.amount >= before.amount - rules.unit


@settings(deadline=None)
@given(
    st.lists(SCORE, min_size=2, max_size=6),
    BUDGET,
    st.sampled_from(["scale", "fill"]),
    st.sampled_from(sorted(MONEY_UNITS)),
    st.none() | MONEY,
)
def test_higher_score_never_gets_less_under_the_same_caps(scores, budget, over_budget, unit, cap):
    rules = policy(score_share(over_budget=over_budget), money_unit=unit, caps=caps(unit=cap))
    allocation = allocate(rules, scored(sorted(scores, reverse=True)), budget)
    paid = [award.amount for award in allocation.awards]
    assert paid == sorted(paid, reverse=True)
