"""2,000 random allocations agree with a second implementation, to the 分."""

import random
from dataclasses import replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import product

import pytest

from rewards.assessment.domain.allocation import allocate
from rewards.assessment.domain.claims import Claimant
from rewards.assessment.domain.facts import InstrumentFacts
from rewards.policy.domain.policy import (
    BASES,
    MONEY_UNITS,
    Caps,
    GradeFixed,
    IncomeRate,
    InstrumentIncome,
    Rate,
    ScoreShare,
    ValueFixed,
)
from tests.rewards.assessment import reference_allocation as reference
from tests.rewards.assessment.domain.make import GRADES, policy

CASES = 2000
BLOCK = 250
RULES = ("income_rate", "instrument_income", "grade_fixed", "value_fixed", "score_share")
BY_GRADE = {
    "excellent": Fraction("0.3"),
    "good": Fraction("0.2"),
    "pass": Fraction("0.1"),
    "poor": Fraction(0),
}
FIXED = {
    "excellent": Fraction(30_000),
    "good": Fraction("20000.50"),
    "pass": Fraction(149),
    "poor": Fraction(0),
}
BANDS = ((Fraction(300_000), Fraction(20_000)), (Fraction(500_000), Fraction("40000.55")))
MADE = {
    "income_rate": IncomeRate,
    "instrument_income": InstrumentIncome,
    "grade_fixed": GradeFixed,
    "value_fixed": ValueFixed,
    "score_share": ScoreShare,
}


class Draw:
    """One random case, as the product takes it and as the reference does; the same seed draws the same."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.is_fine = seed % 3 == 0
        """Claims of few money units without caps: rounding decides."""
        self.money_unit = self.random.choice(["元", "百元"] if self.is_fine else sorted(MONEY_UNITS))
        self.unit = Fraction(MONEY_UNITS[self.money_unit])
        self.scale = self.unit * (Fraction(3, 10) if self.is_fine else self.random.choice([1, 5, 10_000]))
        units = [self.claimant(at) for at in range(self.random.randint(1, 9))]
        self.claimants, self.units = [each[0] for each in units], tuple(each[1] for each in units)
        self.rules, self.written = self.all_rules()
        self.caps = {
            name: None if self.is_fine else self.random.choice([None, self.money(6), self.money(2)])
            for name in ("instrument", "unit", "group")
        }
        self.budget = self.draw_budget()

    def money(self, most):
        """An amount up to `most` times the scale, in 分, often in whole money units."""
        amount = Fraction(self.random.randint(0, int(most * self.scale * 100)), 100)
        whole = not self.is_fine and self.random.random() < 0.3
        return amount // self.unit * self.unit if whole else amount

    def claimant(self, at):
        score = Fraction(self.random.randint(0, 200), 2) if self.random.random() < 0.9 else None
        graded = next((grade.code for grade in GRADES if score is not None and score >= grade.at_least), None)
        common = {
            "uscc": f"U{self.random.randint(100, 999)}{at}",
            "score": score,
            "grade": graded,
            "barred": self.random.random() < 0.05,
            "group": self.random.choice([None, None, "g", "h"]),
            "qualifications": frozenset(self.random.sample(["one", "two"], self.random.randint(0, 2))),
        }
        instruments = [
            (
                {basis: self.money(10) for basis in BASES[:3]},
                Fraction(self.random.choice([0, 299_999, 300_000, 499_999, 500_000, 900_000])),
                self.random.random() < 0.2,
            )
            for _ in range(0 if self.is_fine else self.random.choice([0, 1, 2, 3]))
        ]
        income = {basis: self.money(10) for basis in BASES}
        ours = Claimant(
            **common,
            **income,
            instruments=tuple(
                InstrumentFacts(
                    public_id=f"INS-{number}", original_value=value, rewarded_before=before, **figures
                )
                for number, (figures, value, before) in enumerate(instruments)
            ),
        )
        theirs = reference.Unit(
            **common,
            income=income,
            instruments=tuple(reference.Instrument(*each) for each in instruments),
        )
        return ours, theirs

    def all_rules(self):
        """One rule, two with a share each, or several of which the highest claim counts."""
        if self.is_fine:
            drawn = [self.rule("income_rate", "rule-0", "rule-0", self.together())]
            return tuple(zip(*drawn, strict=True))
        shape = self.random.choice(["one", "one", "two", "highest"])
        kinds = [k for k in RULES if shape != "highest" or k != "score_share"]
        number = {"one": 1, "two": 2, "highest": self.random.randint(2, 3)}[shape]
        parts = 1 if shape == "one" else 7
        alike, drawn = self.together(parts), []
        for at in range(number):
            together = self.together(parts) if shape == "two" else alike
            pot = "best" if shape == "highest" else f"rule-{at}"
            drawn.append(self.rule(self.random.choice(kinds), f"rule-{at}", pot, together))
        return tuple(zip(*drawn, strict=True))

    def together(self, parts=1):
        """What rules of one pot have in common."""
        share = Fraction(1) if parts == 1 else Fraction(self.random.randint(1, 3), parts)
        return {"share": share, "over_budget": self.random.choice(["scale", "fill"])}

    def rule(self, kind, code, pot, together):
        requires = None if self.is_fine else self.random.choice([None, None, "one", "two"])
        own, written = {}, {}
        if kind in ("income_rate", "instrument_income"):
            flat = self.is_fine or self.random.random() < 0.5
            rate = Fraction(1) if self.is_fine else Fraction(self.random.randint(1, 10), 10)
            basis = self.random.choice(BASES if kind == "income_rate" else BASES[:3])
            own = {"rate": Rate(flat=rate) if flat else Rate(by_grade=BY_GRADE), "basis": basis}
            written = {"rate": rate if flat else BY_GRADE, "basis": basis}
        elif kind == "grade_fixed":
            own, written = {"amounts": Rate(by_grade=FIXED)}, {"rate": FIXED}
        elif kind == "value_fixed":
            own = written = {"bands": BANDS}
        else:
            own = written = {"floor": Fraction(self.random.choice([0, 60, 75]))}
        texts = {"code": code, "clause_zh": "一", "clause_en": "1", "requires": requires}
        competing = {"highest_of": pot} if pot != code else {}
        return (
            MADE[kind](**texts, **competing, **together, **own),
            reference.Rule(kind=kind, pot=pot, requires=requires, **together, **written),
        )

    def draw_budget(self):
        """None, any, or somewhat less than what is claimed; `score_share` needs one."""
        if any(rule.kind == "score_share" for rule in self.rules):
            return self.money(self.random.choice([1, 4, 15]))
        kind = self.random.choice(["near"] if self.is_fine else ["none", "any", "near", "near"])
        if kind == "near":
            claimed = sum(reference.solve(self.case_under(None)).values())
            return Fraction(claimed * self.random.randint(20, 105) // 1, 100)
        return self.money(self.random.choice([1, 15, 1000])) if kind == "any" else None

    @property
    def policy(self):
        return policy(*self.rules, money_unit=self.money_unit, caps=Caps(**self.caps))

    def case_under(self, budget):
        limits = {f"cap_{name}": cap for name, cap in self.caps.items()}
        return reference.Case(self.written, self.units, self.unit, budget, **limits)

    @cached_property
    def allocation(self):
        return allocate(self.policy, self.claimants, self.budget)

    @property
    def paid(self):
        return amounts_of(self.allocation)


@cache
def draw(seed):
    return Draw(seed)


def amounts_of(allocation):
    return {award.uscc: Fraction(award.amount) for award in allocation.awards}


@pytest.mark.parametrize("first", range(0, CASES, BLOCK))
def test_random_allocations_agree_with_the_reference(first):
    for seed in range(first, first + BLOCK):
        drawn = draw(seed)
        assert drawn.paid == reference.solve(drawn.case_under(drawn.budget)), f"seed {seed}"


def test_the_cases_cover_every_rule_unit_and_way_of_dividing():
    seen = set()
    for seed in range(CASES):
        drawn = draw(seed)
        allocation = drawn.allocation
        seen |= {(rule.kind, drawn.money_unit) for rule in drawn.rules}
        seen |= {(pot.mode, drawn.money_unit) for pot in allocation.pots}
        seen |= {("caps", tuple(name for name, cap in drawn.caps.items() if cap is not None))}
    for kind, money_unit in product((*RULES, "whole", "group", "scale", "fill"), MONEY_UNITS):
        assert (kind, money_unit) in seen
    assert ("caps", ("instrument", "unit", "group")) in seen
    assert ("caps", ()) in seen


def test_every_sum_is_exact_to_the_money_unit():
    for seed in range(CASES):
        drawn = draw(seed)
        allocation = drawn.allocation
        assert sum(drawn.paid.values()) == allocation.total, f"seed {seed}"
        assert all(amount % drawn.unit == 0 for amount in amounts_of(allocation).values()), f"seed {seed}"
        if drawn.budget is not None:
            assert allocation.total + allocation.unallocated == drawn.budget, f"seed {seed}"
            assert allocation.unallocated >= 0, f"seed {seed}"
        for pot, summary in enumerate(allocation.pots):
            given = sum(award.pots[pot].amount for award in allocation.awards)
            assert given == summary.given, f"seed {seed}"
            assert summary.budget is None or given <= summary.budget, f"seed {seed}"


def test_no_cap_is_broken():
    for seed in range(CASES):
        drawn = draw(seed)
        allocation = drawn.allocation
        groups = {}
        for award in allocation.awards:
            groups.setdefault(award.claimant.group, []).append(award.amount)
            assert drawn.caps["unit"] is None or award.amount <= drawn.caps["unit"], f"seed {seed}"
            for claim in award.claims:
                for part in claim.parts:
                    cap = drawn.caps["instrument"] if part.instrument else None
                    assert cap is None or part.claim <= cap, f"seed {seed}"
        groups.pop(None, None)
        for amounts in groups.values():
            assert drawn.caps["group"] is None or sum(amounts) <= drawn.caps["group"], f"seed {seed}"


def test_no_award_of_claims_passes_the_claim_rounded_half_up():
    for seed in range(CASES):
        drawn = draw(seed)
        for award in drawn.allocation.awards:
            for pot in award.pots:
                if not any(rule.kind == "score_share" for rule in drawn.rules if rule.pot == pot.pot):
                    claims = [c.amount for c in award.claims if c.rule.pot == pot.pot and c.note is None]
                    most = (max(claims, default=Fraction(0)) / drawn.unit + Fraction(1, 2)) // 1 * drawn.unit
                    assert pot.amount <= most, f"seed {seed}"


def test_the_order_of_input_changes_nothing():
    for seed in range(0, CASES, 4):
        drawn = draw(seed)
        shuffled = random.Random(seed).sample(drawn.claimants, len(drawn.claimants))
        again = allocate(drawn.policy, shuffled, drawn.budget)
        assert again.as_json() == drawn.allocation.as_json(), f"seed {seed}"


def test_a_larger_budget_lowers_no_award_by_more_than_one_money_unit():
    """Save where rules meet at the cap of a group: one unit's gain there can be another's loss."""
    for seed in range(CASES):
        drawn = draw(seed)
        if drawn.budget is None or (len({rule.pot for rule in drawn.rules}) > 1 and drawn.caps["group"]):
            continue
        less = drawn.paid
        more = amounts_of(allocate(drawn.policy, drawn.claimants, drawn.budget + drawn.money(3)))
        assert all(more[uscc] >= less[uscc] - drawn.unit for uscc in less), f"seed {seed}"


def test_under_the_same_caps_a_higher_score_never_gets_less():
    for seed in range(CASES):
        drawn = draw(seed)
        rule = replace(
            next((r for r in drawn.rules if r.kind == "score_share"), SHARE), requires=None, share=Fraction(1)
        )
        units = [replace(unit, group=None, barred=False) for unit in drawn.claimants]
        rules = replace(drawn.policy, rules=(rule,))
        paid = allocate(rules, units, drawn.budget or Fraction(1000)).awards
        ranked = sorted(paid, key=lambda a: (a.claimant.score is None, -(a.claimant.score or 0), a.uscc))
        amounts = [award.amount for award in ranked]
        assert amounts == sorted(amounts, reverse=True), f"seed {seed}"


SHARE = ScoreShare(code="share", clause_zh="一", clause_en="1", floor=Fraction(60))
