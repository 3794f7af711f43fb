"""Points, deductions, total and grade."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.facts import UnitFacts
from rewards.assessment.domain.scoring import assess, calculate_points
from rewards.policy.domain.policy import FindingDeductions, Indicator, IndicatorGroup
from rewards.policy.domain.shapes import Linear, PerUnit, Steps
from tests.rewards.assessment.domain.make import income_rate, policy


def indicator(measure, shape, points=50, **others):
    return Indicator(
        code=measure,
        measure=measure,
        title_zh="指标",
        title_en="Indicator",
        points=Fraction(points),
        shape=shape,
        **others,
    )


def rules(*indicators, **others):
    group = IndicatorGroup("组", "Group", indicators)
    return policy(income_rate(), groups=(group,), **others)


THIRDS = rules(
    indicator("networked_share", Linear(Fraction(0), Fraction(1))),
    indicator("decision_timeliness", Linear(Fraction(0), Fraction(1))),
)


def test_points_are_rounded_one_by_one_and_then_added():
    facts = UnitFacts(uscc="A", published_instruments=1, declared_instruments=3, decided_in_time=1, decided=3)
    assessment = assess(THIRDS, facts)
    assert [str(score.points) for score in assessment.indicators] == ["16.67", "16.67"]
    assert (str(assessment.score), assessment.grade) == ("33.34", "poor")


def test_a_measure_without_a_value_scores_what_the_policy_says():
    with_default = rules(indicator("satisfaction", Linear(Fraction(3), Fraction(5)), no_value=Fraction(20)))
    assert assess(with_default, UnitFacts(uscc="A")).score == 20
    assert assess(THIRDS, UnitFacts(uscc="A")).score == 0


@pytest.mark.parametrize(
    ("score", "grade"),
    [("100", "excellent"), ("90", "excellent"), ("89.99", "good"), ("75", "good"), ("60", "pass"),
     ("59.99", "poor"), ("0", "poor")],
)  # fmt: skip
def test_a_bound_belongs_to_the_higher_grade(score, grade):
    assert THIRDS.grade_of(Fraction(score)).code == grade


@pytest.mark.parametrize(("overdue", "score"), [(0, "100.00"), (1, "98.00"), (5, "90.00"), (9, "90.00")])
def test_findings_take_points_off_up_to_the_cap(overdue, score):
    deductions = FindingDeductions(points={"overdue": Fraction(2)}, cap=Fraction(10))
    facts = UnitFacts(uscc="A", published_instruments=1, declared_instruments=1, decided_in_time=1, decided=1)
    whole = policy(income_rate(), groups=THIRDS.groups, findings=deductions)
    assert str(assess(whole, facts, {"overdue": overdue, "overlap": 3}).score) == score


def test_a_total_never_falls_below_zero():
    deductions = FindingDeductions(points={"overdue": Fraction(20)}, cap=Fraction(50))
    strict = policy(income_rate(), groups=THIRDS.groups, findings=deductions)
    assessment = assess(strict, UnitFacts(uscc="A"), {"overdue": 1})
    assert (assessment.score, assessment.deducted) == (0, 20)


def test_a_proven_falsification_sets_the_total_to_zero_and_bars_the_unit():
    facts = UnitFacts(uscc="A", published_instruments=1, declared_instruments=1)
    assessment = assess(THIRDS, facts, falsified=True)
    assert (assessment.subtotal, assessment.score, assessment.grade, assessment.barred) == (
        Decimal("50.00"),
        Decimal("0.00"),
        "poor",
        True,
    )


@pytest.mark.parametrize(
    ("value", "points"), [("-1", 0), ("0", 0), ("0.15", "7.50"), ("0.30", 15), ("2", 15)]
)
def test_linear_is_clipped(value, points):
    shape = Linear(Fraction(0), Fraction("0.30"))
    assert calculate_points(indicator("utilization", shape, 15), Fraction(value)) == Decimal(points)


def test_linear_may_fall():
    shape = Linear(Fraction(10), Fraction(0))
    assert calculate_points(indicator("utilization", shape, 10), Fraction(4)) == 6


@pytest.mark.parametrize(("value", "points"), [("-1", 0), ("0.49", 1), ("0.5", 4), ("0.79", 4), ("9", 8)])
def test_steps_give_the_points_of_the_highest_bound_reached(value, points):
    steps = [(0, 1), ("0.5", 4), ("0.8", 8)]
    shape = Steps(tuple((Fraction(bound), Fraction(worth)) for bound, worth in steps))
    assert calculate_points(indicator("utilization", shape, 8), Fraction(value)) == points


@pytest.mark.parametrize(("value", "points"), [(-100, 0), (99, 0), (100, 2), (299, 4), (1599, 15)])
def test_per_unit_counts_whole_steps(value, points):
    shape = PerUnit(Fraction(2), each=Fraction(100))
    assert calculate_points(indicator("utilization", shape, 15), Fraction(value)) == points


RISING = [
    Linear(Fraction(0), Fraction("1.2")),
    Steps(((Fraction(0), Fraction(1)), (Fraction("0.5"), Fraction(4)), (Fraction(1), Fraction(25)))),
    PerUnit(Fraction(3), each=Fraction("0.1")),
]
VALUE = st.fractions(min_value=-1, max_value=3)


@settings(deadline=None)
@given(st.sampled_from(RISING), VALUE, VALUE)
def test_more_of_a_measure_never_scores_less(shape, one, other):
    low, high = sorted([one, other])
    scored = indicator("utilization", shape, 25)
    assert 0 <= calculate_points(scored, low) <= calculate_points(scored, high) <= 25


def test_without_indicators_there_is_neither_score_nor_grade():
    without = policy(income_rate("0.1"))
    for falsified in (False, True):
        assessed = assess(without, UnitFacts("A"), falsified=falsified)
        assert (assessed.score, assessed.grade, assessed.barred) == (None, None, falsified)
        assert assessed.as_json()["score"] is None


def test_no_score_is_no_rate_by_grade_and_says_ungraded():
    by_grade = policy(income_rate(by_grade={"poor": Fraction("0.05")}))
    assessed = assess(by_grade, UnitFacts("A"))
    units = [Claimant("A", score=assessed.score, grade=assessed.grade, external_income=1000)]
    (award,) = allocate(by_grade, units).awards
    assert (award.amount, award.claims[0].note, award.reasoning["score"]) == (0, "ungraded", None)
