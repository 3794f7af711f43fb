"""The allocation computed a second time, from the text of the specification alone, to compare with.

Nothing of the product is imported. Where the product lets all shares grow together and stops each at the
limits over it, this looks for the one level at which everybody's share adds up to the sum: a unit has
`min(level × weight, most)`, and a group that is capped has first lowered what its members can have at most.
"""

from dataclasses import dataclass, field
from fractions import Fraction

F = Fraction
NONE, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Instrument:
    income: dict = field(default_factory=dict)
    value: Fraction = NONE
    rewarded_before: bool = False


@dataclass(frozen=True)
class Unit:
    uscc: str
    score: Fraction | None = None
    grade: str | None = None
    barred: bool = False
    group: str | None = None
    qualifications: frozenset = frozenset()
    instruments: tuple = ()
    income: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    kind: str
    share: Fraction = ALL
    over_budget: str = "scale"
    pot: str = ""
    rate: object = None
    """A Fraction for all, or a dictionary by grade."""
    basis: str = "external_income"
    bands: tuple = ()
    floor: Fraction = NONE
    requires: str | None = None


@dataclass(frozen=True)
class Case:
    rules: tuple
    units: tuple
    unit: Fraction
    """The money unit in yuan."""
    budget: Fraction | None
    cap_instrument: Fraction | None = None
    cap_unit: Fraction | None = None
    cap_group: Fraction | None = None


def solve(case):
    """Return the award in yuan of each unit, by USCC."""
    return {uscc: amount * case.unit for uscc, amount in _Solution(case).awards().items()}


class _Solution:
    """All amounts in here are counted in money units, so that rounding is rounding to a whole number."""

    def __init__(self, case):
        self.case = case
        self.units = {unit.uscc: unit for unit in case.units}
        self.groups = {}
        for unit in case.units:
            if unit.group is not None:
                self.groups.setdefault(unit.group, []).append(unit.uscc)
        self.caps = {
            name: None if cap is None else F(cap / case.unit).__floor__()
            for name, cap in (
                ("instrument", case.cap_instrument),
                ("unit", case.cap_unit),
                ("group", case.cap_group),
            )
        }

    def awards(self):
        totals = dict.fromkeys(self.units, 0)
        for pot in dict.fromkeys(rule.pot for rule in self.case.rules):
            for uscc, amount in self.pot([rule for rule in self.case.rules if rule.pot == pot]).items():
                totals[uscc] += amount
        totals = {uscc: self.at_most("unit", total) for uscc, total in totals.items()}
        for members in self.groups.values():
            before = {uscc: totals[uscc] for uscc in members}
            cap, together = self.caps["group"], sum(before.values())
            if cap is not None and together > cap:
                shares = {uscc: F(amount * cap, together) for uscc, amount in before.items()}
                totals.update(self.round(shares, cap, before))
        return totals

    def at_most(self, cap, amount):
        return amount if self.caps[cap] is None else min(amount, self.caps[cap])

    # Claims

    def claim(self, rule, unit):
        if unit.barred or (rule.requires and rule.requires not in unit.qualifications):
            return F(0)
        if rule.kind == "score_share":
            return F(0) if unit.score is None else max(unit.score - rule.floor, F(0))
        if rule.kind == "grade_fixed":
            return F(self.by_grade(rule.rate, unit)) / self.case.unit
        if rule.kind == "value_fixed":
            return sum((self.at_most("instrument", self.one_off(rule, i)) for i in unit.instruments), F(0))
        rate = F(self.by_grade(rule.rate, unit)) / self.case.unit
        if rule.kind == "income_rate" and (not unit.instruments or rule.basis == "fees_paid"):
            return rate * unit.income.get(rule.basis, F(0))
        each = (rate * i.income.get(rule.basis, F(0)) for i in unit.instruments)
        return sum((self.at_most("instrument", amount) for amount in each), F(0))

    def by_grade(self, rate, unit):
        return rate.get(unit.grade, 0) if isinstance(rate, dict) else rate

    def one_off(self, rule, instrument):
        if instrument.rewarded_before or not instrument.value:
            return F(0)
        reached = [amount for bound, amount in rule.bands if bound <= instrument.value]
        return F(reached[-1]) / self.case.unit if reached else F(0)

    # One rule's share of the budget

    def pot(self, rules):
        first = rules[0]
        claims = {uscc: max(self.claim(rule, unit) for rule in rules) for uscc, unit in self.units.items()}
        budget = None if self.case.budget is None else first.share * self.case.budget / self.case.unit
        if first.kind == "score_share":
            return self.divide_by_score(first.over_budget, claims, budget)
        return self.pay_claims(first.over_budget, claims, budget)

    def divide_by_score(self, mode, weights, budget):
        if not sum(weights.values()):
            return dict.fromkeys(weights, 0)
        alone = budget / sum(weights.values())
        most = {}
        for uscc, weight in weights.items():
            most[uscc] = self.at_most("unit", alone * weight if mode == "scale" else budget)
        shares = self.grow(weights, self.lower_to_groups(weights, most), budget)
        whole = {uscc: self.at_most("unit", budget) if w else 0 for uscc, w in weights.items()}
        return self.round(shares, sum(shares.values()), whole)

    def pay_claims(self, mode, claims, budget):
        exact = {uscc: self.at_most("unit", claim) for uscc, claim in claims.items()}
        rounded = {
            uscc: self.at_most("unit", (claim + F(1, 2)).__floor__()) for uscc, claim in claims.items()
        }
        paid = dict(rounded)
        for members in self.groups.values():
            cap = self.caps["group"]
            if cap is not None and sum(rounded[uscc] for uscc in members) > cap:
                mine = {uscc: exact[uscc] for uscc in members}
                weights = {uscc: claims[uscc] for uscc in members} if mode == "fill" else mine
                paid.update(self.round(self.grow(weights, mine, F(cap)), cap, rounded))
        if budget is None or sum(paid.values()) <= budget:
            return paid
        if mode == "fill":
            shares = self.grow(claims, self.lower_to_groups(claims, exact), budget)
        else:
            shares = self.in_proportion(self.cut_groups(exact), budget)
        return self.round(shares, budget, rounded)

    def cut_groups(self, amounts):
        cut = dict(amounts)
        for members in self.groups.values():
            if self.caps["group"] is not None:
                cut.update(self.in_proportion({u: amounts[u] for u in members}, self.caps["group"]))
        return cut

    def in_proportion(self, amounts, most):
        together = sum(amounts.values())
        return {u: a * min(F(1), F(most) / together) if together else F(0) for u, a in amounts.items()}

    def lower_to_groups(self, weights, most):
        """What each can have at most, once its group has divided the group's cap by weight."""
        lowered = dict(most)
        for members in self.groups.values():
            if self.caps["group"] is not None:
                inside = {uscc: weights[uscc] for uscc in members}
                lowered.update(self.grow(inside, most, F(self.caps["group"])))
        return lowered

    def grow(self, weights, most, total):
        """Return min(level × weight, most) for the highest level whose sum stays within `total`."""
        order = sorted((u for u in weights if weights[u]), key=lambda u: F(most[u]) / weights[u])
        shares, left, weight = dict.fromkeys(weights, F(0)), F(total), sum(weights.values())
        for at, uscc in enumerate(order):
            if left / weight * weights[uscc] < most[uscc]:
                return shares | {u: left / weight * weights[u] for u in order[at:]}
            shares[uscc] = F(most[uscc])
            left, weight = left - most[uscc], weight - weights[uscc]
        return shares

    # Rounding

    def round(self, shares, total, own):
        """Round down, then give out what is missing from `total`, one each, by largest remainder."""
        down = {uscc: share.__floor__() for uscc, share in shares.items()}
        missing = F(total).__floor__() - sum(down.values())
        given = dict(down)
        for uscc in sorted(shares, key=lambda uscc: (down[uscc] - shares[uscc], *self.rank(uscc))):
            group = self.groups.get(self.units[uscc].group, [])
            together = sum(given.get(member, 0) for member in group)
            full = self.caps["group"] is not None and group and together + 1 > self.caps["group"]
            if missing > 0 and shares[uscc] and given[uscc] + 1 <= own[uscc] and not full:
                given[uscc] += 1
                missing -= 1
        return given

    def rank(self, uscc):
        score = self.units[uscc].score
        return (1, 0, uscc) if score is None else (0, -score, uscc)
