"""Facts in JSON, and the awards that a policy gives for them."""

import json
from decimal import Decimal

import pytest

from rewards.assessment.domain.simulation import FactsRefused, simulate
from tests.rewards.assessment.domain.make import caps, income_rate, instrument_income, policy, score_share

BY_SCORE = policy(score_share(floor=60))
BY_INCOME = policy(income_rate("0.1"))


def simulated(rules, *units, **others):
    document = {"format": "reward-facts/1", "budget": 1000, "units": list(units), **others}
    return simulate(rules, json.dumps(document))


def awarded(rules, *units, **others):
    return [str(award.amount) for award in simulated(rules, *units, **others).allocation.awards]


def refused(rules, *units, **others):
    with pytest.raises(FactsRefused) as found:
        simulated(rules, *units, **others)
    return [(problem.field, problem.code) for problem in found.value.problems]


def unit(**facts):
    return {"uscc": "A", **facts}


def test_a_score_is_graded_by_the_policy_and_a_grade_may_stand_beside_it():
    claimants = [
        simulated(BY_SCORE, unit(**given)).units[0].claimant
        for given in ({"score": 80}, {"score": 80, "grade": "good"}, {"grade": "good"}, {"score": 59})
    ]
    assert [(one.score, one.grade) for one in claimants] == [
        (80, "good"),
        (80, "good"),
        (None, "good"),
        (59, "poor"),
    ]
    assert refused(BY_SCORE, unit(score=80, grade="pass")) == [("units[0].grade", "facts.grade_differs")]


@pytest.mark.parametrize(
    ("score", "problem"),
    [(0, None), (100, None), (-1, "document.too_low"), (101, "document.too_high")],
)
def test_a_score_is_from_0_to_100(score, problem):
    if problem is None:
        assert simulated(BY_SCORE, unit(score=score)).units[0].claimant.score == score
    else:
        assert refused(BY_SCORE, unit(score=score)) == [("units[0].score", problem)]


def test_a_score_and_facts_exclude_each_other():
    both = [("units[0].facts", "facts.score_and_facts")]
    assert refused(BY_SCORE, unit(score=80, facts={})) == both
    assert refused(BY_SCORE, unit(grade="good", facts={})) == both


def test_falsification_gives_no_points_and_no_award():
    (first, second) = simulated(
        BY_SCORE, unit(score=90, falsified=True), {"uscc": "B", "score": 80}
    ).allocation.awards
    assert (first.claimant.barred, first.claimant.score, first.claimant.grade) == (True, 0, "poor")
    assert (str(first.amount), str(second.amount)) == ("0.00", "1000.00")


def test_amounts_that_are_not_given_are_0_and_none_is_negative():
    (one,) = simulated(BY_INCOME, unit(score=80)).units
    claimant = one.claimant
    assert (claimant.external_income, claimant.enterprise_income) == (0, 0)
    assert (claimant.sme_income, claimant.fees_paid, claimant.group) == (0, 0, None)
    assert (one.name_zh, one.name_en, one.assessment) == ("", "", None)
    assert refused(BY_INCOME, unit(score=80, external_income=-1)) == [
        ("units[0].external_income", "document.too_low")
    ]
    assert awarded(BY_INCOME, unit(score=80, external_income=5000)) == ["500.00"]


def test_a_unit_has_its_chinese_name_where_it_has_no_english_one():
    (one,) = simulated(BY_SCORE, unit(score=80, name_zh="云屏大学")).units
    assert (one.name_zh, one.name_en) == ("云屏大学", "云屏大学")
    (one,) = simulated(BY_SCORE, unit(score=80, name_zh="云屏大学", name_en="YU")).units
    assert one.name_en == "YU"


@pytest.mark.parametrize(
    ("rules", "needed"),
    [
        (policy(instrument_income("0.1")), True),
        (policy(income_rate("0.1"), caps=caps(instrument=100)), True),
        (policy(income_rate("0.1"), caps=caps(unit=100)), False),
        (policy(score_share(), caps=caps(instrument=100)), False),
    ],
)
def test_instruments_are_needed_where_the_policy_looks_at_each(rules, needed):
    facts = unit(score=80)
    if needed:
        assert refused(rules, facts) == [("units[0].instruments", "facts.instruments_needed")]
    else:
        assert len(awarded(rules, facts)) == 1


def test_unit_income_duplicating_instruments_is_refused():
    instruments = [{"id": "INS-1", "external_income": 5000}]
    assert awarded(BY_INCOME, unit(score=80, instruments=instruments)) == ["500.00"]
    assert awarded(BY_INCOME, unit(score=80, instruments=instruments, fees_paid=9)) == ["500.00"]
    assert refused(BY_INCOME, unit(score=80, instruments=instruments, external_income=5000)) == [
        ("units[0].external_income", "facts.income_twice")
    ]


def with_instrument(**figures):
    return unit(facts={}, instruments=[{"id": "INS-1", **figures}])


def test_an_instrument_is_general_and_was_in_service_all_year_where_nothing_is_said():
    (one,) = simulated(BY_SCORE, with_instrument(), year_days=366).units[0].claimant.instruments
    assert (one.purpose, one.in_service_days, one.rewarded_before) == ("general", 366, False)
    assert (one.name_zh, one.name_en, one.effective_seconds, one.original_value) == ("", "", 0, 0)
    (one,) = simulated(BY_SCORE, with_instrument(purpose="special")).units[0].claimant.instruments
    assert (one.purpose, one.in_service_days) == ("special", 365)


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("external_seconds", "effective_seconds"),
        ("sme_seconds", "external_seconds"),
        ("closed_seconds", "offered_seconds"),
        ("invalidated_seconds", "reported_seconds"),
        ("enterprise_income", "external_income"),
        ("sme_income", "enterprise_income"),
    ],
)
def test_a_part_is_not_greater_than_its_whole(part, whole):
    enough = {"effective_seconds": 9, "external_seconds": 9, "external_income": 9, "enterprise_income": 9}
    assert simulated(BY_SCORE, with_instrument(**{**enough, part: 5, whole: 5, **lower(part)}))
    assert refused(BY_SCORE, with_instrument(**{**enough, part: 6, whole: 5, **lower(part)})) == [
        (f"units[0].instruments[0].{part}", "facts.part_above_whole")
    ]


def lower(part):
    """What is itself a part of `part`, so that it stays below."""
    return {"external_seconds": {"sme_seconds": 0}, "enterprise_income": {"sme_income": 0}}.get(part, {})


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"reviews": [0, 0, 0, 0, 1]}, None),
        ({"reviews": [0, 0, 0, 1]}, ("reviews", "facts.not_five_ratings")),
        ({"reviews": [0, 0, 0, 0, 0.5]}, ("reviews[4]", "document.not_whole")),
        ({"reviews": [0, 0, 0, 0, -1]}, ("reviews[4]", "document.too_low")),
        ({"kinds_complete": [6]}, None),
        ({"kinds_complete": [7]}, ("kinds_complete[0]", "document.too_high")),
        ({"decided": 1, "decided_in_time": 1}, None),
        ({"decided": 1, "decided_in_time": 2}, ("decided_in_time", "facts.part_above_whole")),
        ({"decided": 1.5}, ("decided", "document.not_whole")),
        ({"colour": "red"}, ("colour", "document.unknown_key")),
    ],
)
def test_counts_of_a_unit(facts, problem):
    if problem is None:
        assert simulated(BY_SCORE, unit(facts=facts)).units[0].assessment is not None
    else:
        path, code = problem
        assert refused(BY_SCORE, unit(facts=facts)) == [(f"units[0].facts.{path}", code)]


@pytest.mark.parametrize("days", [364, 367])
def test_a_year_has_365_or_366_days(days):
    assert [path for path, _ in refused(BY_SCORE, unit(score=80), year_days=days)] == ["year_days"]


def test_days_in_service_are_not_more_than_the_year_has():
    assert simulated(BY_SCORE, with_instrument(in_service_days=365))
    assert refused(BY_SCORE, with_instrument(in_service_days=366)) == [
        ("units[0].instruments[0].in_service_days", "document.too_high")
    ]


def test_findings_are_counts_of_known_kinds():
    assert simulated(BY_SCORE, unit(facts={}, findings={"overdue": 1}))
    assert refused(BY_SCORE, unit(facts={}, findings={"overdue": -1})) == [
        ("units[0].findings.overdue", "document.too_low")
    ]
    assert refused(BY_SCORE, unit(facts={}, findings={"laziness": 1})) == [
        ("units[0].findings.laziness", "document.unknown_key")
    ]


def test_the_result_names_policy_and_units():
    result = simulated(BY_SCORE, unit(score=80, name_zh="云屏大学")).as_json()
    assert (result["format"], result["policy"]["code"], result["policy"]["draft"]) == (
        "reward-awards/1",
        "example",
        False,
    )
    assert (result["total"], result["unallocated"]) == ("1000.00", "0.00")
    (award,) = result["awards"]
    assert (award["name_zh"], award["name_en"], award["assessment"]) == ("云屏大学", "云屏大学", None)
    assert simulated(BY_SCORE, unit(score=80), budget=12.5).allocation.budget == Decimal("12.50")
