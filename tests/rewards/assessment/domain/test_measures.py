"""Each measure with its value and the formula an auditor reads."""

from fractions import Fraction

import pytest

from rewards.assessment.domain.facts import UnitFacts
from rewards.assessment.domain.measures import MEASURE_FIGURES, calculate_measure
from rewards.policy.domain.policy import Quota
from rewards.policy.domain.vocabulary import MEASURES
from tests.rewards.assessment.domain.make import instrument

HOUR = 3600

FACTS = UnitFacts(
    uscc="A",
    instruments=(
        instrument(
            "INS-1",
            original_value=1_000_000,
            in_service_days=365,
            effective_seconds=1000 * HOUR,
            external_seconds=200 * HOUR,
            sme_seconds=50 * HOUR,
            internal_income=20_000,
            external_income=80_000,
            offered_seconds=1400 * HOUR,
            closed_seconds=70 * HOUR,
            reported_seconds=1020 * HOUR,
            invalidated_seconds=20 * HOUR,
        ),
        instrument(
            "INS-2",
            purpose="special",
            original_value=600_000,
            in_service_days=73,
            effective_seconds=200 * HOUR,
            external_seconds=100 * HOUR,
            sme_seconds=25 * HOUR,
            offered_seconds=160 * HOUR,
            closed_seconds=8 * HOUR,
            reported_seconds=200 * HOUR,
        ),
    ),
    published_instruments=2,
    declared_instruments=3,
    kinds_complete=(6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 4, 4),
    reviews=(0, 1, 2, 3, 4),
    decided_in_time=45,
    decided=48,
    lapsed=2,
    organizations_served=7,
    major_projects=2,
    cases_published=3,
)

EXPECTED = {
    "effective_hours_mean": (Fraction(1000), "(1000.00 + 200.00) ÷ 1.20 = 1000.0000"),
    "utilization": (Fraction(1200, 1560), "(1000.00 + 200.00) ÷ 1560.00 = 0.7692"),
    "external_hours_mean": (Fraction(250), "(200.00 + 100.00) ÷ 1.20 = 250.0000"),
    "external_share": (Fraction(1, 4), "(200.00 + 100.00) ÷ 1200.00 = 0.2500"),
    "sme_share": (Fraction(1, 4), "(50.00 + 25.00) ÷ 300.00 = 0.2500"),
    "external_income": (Fraction(80_000), "80000.00"),
    "income_yield": (Fraction(140, 1600), "(20000.00 + 1.5 × 80000.00) ÷ 1600000.00 = 0.0875"),
    "open_hours_share": (Fraction(1), "(1400.00 + 160.00) ÷ 1560.00 = 1.0000"),
    "uptime_share": (Fraction(19, 20), "1 − 78.00 ÷ 1560.00 = 0.9500"),
    "networked_share": (Fraction(2, 3), "2 ÷ 3 = 0.6667"),
    "completeness": (Fraction(57, 72), "57 ÷ (6 × 12) = 0.7917"),
    "satisfaction": (Fraction(4), "40 ÷ 10 = 4.0000"),
    "decision_timeliness": (Fraction(9, 10), "45 ÷ (48 + 2) = 0.9000"),
    "data_quality": (Fraction(1200, 1220), "1 − 20.00 ÷ 1220.00 = 0.9836"),
    "organizations_served": (Fraction(7), "7"),
    "major_projects": (Fraction(2), "2"),
    "cases_published": (Fraction(3), "3"),
}


def test_the_catalogue_is_the_one_described():
    assert set(EXPECTED) == set(MEASURES)


@pytest.mark.parametrize("code", sorted(EXPECTED))
def test_value_and_formula(code):
    measure = calculate_measure(code, FACTS)
    assert (measure.value, measure.formula) == EXPECTED[code]


def test_without_a_denominator_there_is_no_value():
    idle = UnitFacts(uscc="A")
    without = {code for code in MEASURES if calculate_measure(code, idle).value is None}
    assert without == set(MEASURES) - {
        "external_income",
        "organizations_served",
        "major_projects",
        "cases_published",
    }
    assert calculate_measure("external_share", idle).formula == "0.00 ÷ 0.00 = —"


def test_the_policy_can_set_another_quota():
    assert calculate_measure("utilization", FACTS, Quota(Fraction(1000), Fraction(1000))).value == 1


def test_many_instruments_are_summed_in_the_formula():
    facts = UnitFacts(
        uscc="A",
        instruments=tuple(
            instrument(f"INS-{n}", in_service_days=365, effective_seconds=100 * HOUR) for n in range(5)
        ),
    )
    assert calculate_measure("utilization", facts).formula == "500.00 ÷ 7000.00 = 0.0714"


def test_as_json_keeps_the_exact_value():
    assert calculate_measure("networked_share", FACTS).as_json() == {
        "code": "networked_share",
        "numerator": "2",
        "denominator": "3",
        "value": "2/3",
        "shown": "0.6667",
        "formula": "2 ÷ 3 = 0.6667",
    }


def test_words_of_measures_state_the_figures_that_are_computed_with():
    words = {code: message.format(**MEASURE_FIGURES) for code, message in MEASURES.items()}
    assert words["income_yield"] == "(Internal income + 1.5 × external income) ÷ original value"
    assert words["completeness"] == "Kinds of information complete ÷ 6, mean over the month ends"
    assert words["satisfaction"] == "Mean rating of the reviews, 1 to 5"
