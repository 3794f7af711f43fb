"""What is at stake in findings, without a database."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from rewards.assessment.domain import stakes
from rewards.assessment.domain.outcome import compute_outcome
from rewards.assessment.domain.stakes import Stake, compute_stakes
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UsageRow, build_row
from rewards.findings.domain.rulings import Ruling, build_rulings
from rewards.policy.domain.policy import FindingDeductions, IndicatorGroup
from rewards.policy.domain.shapes import Linear
from tests.rewards.assessment.domain.make import income_rate, policy, score_share
from tests.rewards.assessment.domain.test_outcome_of_snapshot import UNIT, City, use
from tests.rewards.assessment.domain.test_scoring import indicator
from tests.rewards.cycle.domain.test_snapshot_schema import INSTRUMENT

USCC = UNIT["uscc"]
BUDGET = Decimal(10_000)
USES = [use(number, amount_yuan=Decimal(10 * number), purpose="service") for number in range(1, 13)]
UPHELD = {2, 5}


class TwoInstruments(City):
    """The second one has a use that no finding names."""

    def instruments(self):
        return [*super().instruments(), build_row(InstrumentRow, INSTRUMENT | {"instrument": "INS-2"})]

    def usage(self, instrument):
        return super().usage(instrument) if instrument == "INS-1" else [build_row(UsageRow, use(20))]


def finding(key, *logs):
    named = frozenset(f"LOG-{number}" for number in logs)
    invalidated = named if key in UPHELD else frozenset()
    return Ruling(key, USCC, "overlap", named, invalidated, key in UPHELD, key == 5, falsified=False)


FINDINGS = [finding(key, key, key + 1) for key in range(1, 10)]
INCOME = policy(income_rate("0.1"))


def result(rules, rulings):
    outcome = compute_outcome(rules, 2025, TwoInstruments(*USES), build_rulings(rulings), BUDGET)
    (unit,) = outcome.units
    return unit.assessment.score or 0, unit.award.amount


def outcome_as_it_stands(rules):
    return compute_outcome(rules, 2025, TwoInstruments(*USES), build_rulings(FINDINGS), BUDGET)


def stakes_of(rules):
    claimants = outcome_as_it_stands(rules).claimants
    return compute_stakes(rules, 2025, TwoInstruments(*USES), BUDGET, claimants, FINDINGS)


@pytest.mark.parametrize("rule", [income_rate("0.1"), score_share(floor=0)], ids=["by income", "by score"])
def test_stakes_are_those_of_the_year_computed_both_ways(rule):
    utilization = indicator("utilization", Linear(Fraction(0), Fraction(1)), points=100)
    deductions = FindingDeductions(points={"upheld": Fraction(1, 2)}, cap=Fraction(9))
    rules = policy(rule, groups=(IndicatorGroup("组", "Group", (utilization,)),), findings=deductions)
    found = stakes_of(rules)
    assert len(found) == len(FINDINGS)
    for each in FINDINGS:
        others = [other for other in FINDINGS if other is not each]
        dismissed = result(rules, others)
        upheld = result(rules, [*others, replace(each, upheld=True, invalidated=each.logs)])
        assert found[each.key] == Stake(dismissed[0] - upheld[0], dismissed[1] - upheld[1])
    assert len(set(found.values())) > 1


def test_an_instrument_is_counted_again_only_for_what_changes_it(monkeypatch):
    counted = []

    def counting(*args):
        counted.append((args[2].instrument, args[-1]))
        return count(*args)

    count = stakes.count_instrument
    monkeypatch.setattr(stakes, "count_instrument", counting)
    stakes_of(INCOME)
    assert len(counted) == len(set(counted))
    assert sum(instrument == "INS-2" for instrument, _ in counted) == 1


def test_the_budget_is_divided_once_for_the_same_claims(monkeypatch):
    divided = []

    def dividing(rules, claimants, budget):
        divided.append(claimants)
        return allocate(rules, claimants, budget)

    allocate = stakes.allocate
    monkeypatch.setattr(stakes, "allocate", dividing)
    stakes_of(policy(score_share(floor=0)))
    assert len(divided) == 1  # without indicators no finding costs a point
