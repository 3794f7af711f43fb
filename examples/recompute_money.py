"""Claims, and how pots are divided, rounded and capped (docs/recompute.md, 6 to 8)."""

from collections import defaultdict
from fractions import Fraction
from math import floor

from recompute_year import Amounts, Row, Year, half_up, number, total

UNITS_OF_MONEY = {"分": Fraction(1, 100), "元": Fraction(1), "百元": Fraction(100)}


class Money:
    """What the policy says of amounts: unit, caps, groups and ranking."""

    def __init__(self, year: Year) -> None:
        self.unit = UNITS_OF_MONEY[year.policy.get("money", {}).get("unit", "分")]
        caps = {
            key: floor(number(cap) / self.unit) * self.unit
            for key, cap in year.policy.get("caps", {}).items()
        }
        self.per_instrument, self.per_unit = caps.get("instrument"), caps.get("unit")
        self.per_group = caps.get("group")
        self.year = year
        members: dict[str, list[str]] = defaultdict(list)
        for uscc, unit in year.units.items():
            if unit["group"] is not None and self.per_group is not None:
                members[unit["group"]].append(uscc)
        self.groups = list(members.values())
        self.ranking = sorted(year.units, key=self.rank)

    def rank(self, uscc: str) -> tuple[bool, Fraction, str]:
        """Return the place of a unit: higher score first, then lower USCC."""
        score = self.year.units[uscc]["score"]
        return score is None, -(score or Fraction(0)), uscc

    def capped(self, amounts: Amounts) -> Amounts:
        """Return amounts of units, none above the cap per unit."""
        cap = self.per_unit
        return {uscc: yuan if cap is None else min(yuan, cap) for uscc, yuan in amounts.items()}

    def too_much(self, amounts: Amounts) -> list[list[str]]:
        """Return the groups that together pass their cap."""
        return [mine for mine in self.groups if total(amounts[uscc] for uscc in mine) > (self.per_group or 0)]

    def claim(self, rule: Row, unit: Row) -> Fraction:
        """Return what a unit claims under a rule (under `score_share` its weight)."""
        table = rule.get("rate", rule.get("amounts"))
        if unit["barred"] or (
            rule.get("requires") and rule["requires"] not in unit.get("qualifications", ())
        ):
            return Fraction(0)
        if rule["kind"] == "score_share":
            grades = {each["code"]: each["at_least"] for each in self.year.policy.get("grades", ())}
            bound = number(grades.get(rule["floor"], rule["floor"]))
            return Fraction(0) if unit["score"] is None else max(unit["score"] - bound, Fraction(0))
        if isinstance(table, dict):
            table = table[unit["code"]] if unit["code"] else 0
        if rule["kind"] == "grade_fixed":
            return number(table)
        basis = rule.get("basis", "external_income")
        if basis == "fees_paid":
            return number(table) * self.year.fees.get(unit["organization"], Fraction(0))
        if rule["kind"] == "value_fixed":
            raw = [self.band(rule, row) for row in unit["counted"]]
        else:
            raw = [number(table) * row["sums"][basis] for row in unit["counted"]]
        return total(raw if self.per_instrument is None else [min(each, self.per_instrument) for each in raw])

    def band(self, rule: Row, row: Row) -> Fraction:
        """Return the one-off amount for an instrument."""
        column = "nonfiscal_yuan" if rule.get("basis") == "nonfiscal_value" else "value_yuan"
        value = Fraction(0 if row.get("rewarded_before") else row.get(column) or 0)
        reached = [number(amount) for bound, amount in rule["bands"] if value > 0 and number(bound) <= value]
        return reached[-1] if reached else Fraction(0)

    # 7 and 8: division

    def level(self, weights: Amounts, most: Amounts, limit: Fraction) -> Fraction | None:
        """Return yuan per weight at which the shares reach a limit together; None where they never do."""
        left, growing = limit, total(weights.values())
        for uscc in sorted(
            (u for u in weights if weights[u] and u in most), key=lambda u: most[u] / weights[u]
        ):
            if growing * most[uscc] / weights[uscc] >= left:
                break
            left, growing = left - most[uscc], growing - weights[uscc]
        return left / growing if growing else None

    def fill(self, weights: Amounts, most: Amounts, limit: Fraction | None) -> Amounts:
        """Let shares grow by weight up to own limits, the groups' and a limit on all."""
        most = {uscc: most[uscc] for uscc in weights if uscc in most}
        for mine in self.groups:
            inside = {uscc: weights[uscc] for uscc in mine if uscc in weights}
            level = self.level(
                inside, {u: most[u] for u in inside if u in most}, self.per_group or Fraction(0)
            )
            if level is not None:
                most |= {u: min(most.get(u, level * inside[u]), level * inside[u]) for u in inside}
        level = None if limit is None else self.level(weights, most, limit)
        shares = dict.fromkeys(weights, Fraction(0))
        for uscc in (u for u in weights if weights[u] > 0):
            limits = [most[uscc]] if uscc in most else []
            shares[uscc] = min([*limits, level * weights[uscc]] if level is not None else limits)
        return shares

    def round(self, shares: Amounts, limit: Fraction, own: Amounts) -> Amounts:
        """Round shares down and give out what is missing by the largest rest."""
        given = {uscc: floor(share / self.unit) * self.unit for uscc, share in shares.items()}
        missing = floor((limit - total(given.values())) / self.unit)
        place = {uscc: at for at, uscc in enumerate(self.ranking)}
        for uscc in sorted(
            (u for u in shares if shares[u] > 0), key=lambda u: (given[u] - shares[u], place[u])
        ):
            more = given[uscc] + self.unit
            family = next((mine for mine in self.groups if uscc in mine), [uscc])
            together = total(given.get(each, Fraction(0)) for each in family) + self.unit
            fits = uscc not in own or more <= own[uscc]
            if missing > 0 and fits and (len(family) == 1 or together <= (self.per_group or 0)):
                given[uscc], missing = more, missing - 1
        return given

    def by_score(self, weights: Amounts, budget: Fraction, mode: str) -> tuple[Amounts, Amounts]:
        """Divide a whole pot; return exact shares and amounts."""
        own = {} if self.per_unit is None else dict.fromkeys(weights, self.per_unit)
        if mode == "fill":
            shares = self.fill(weights, own, budget)
        else:
            whole = total(weights.values()) or Fraction(1)
            even = {uscc: budget * weight / whole for uscc, weight in weights.items()}
            shares = self.fill(weights, self.capped(even), None)
        return shares, self.round(shares, total(shares.values()), own)

    def by_claim(self, claims: Amounts, budget: Fraction, mode: str) -> tuple[Amounts, Amounts]:
        """Pay claims whole where they fit, else divide; return exact shares and amounts."""
        own = self.capped({uscc: half_up(claim, self.unit) for uscc, claim in claims.items()})
        exact, shares, amounts = self.capped(claims), dict(claims), dict(own)
        weights = claims if mode == "fill" else exact
        limit = self.per_group or Fraction(0)
        for mine in self.too_much(own):
            part = self.fill({u: weights[u] for u in mine}, exact, None)
            shares |= part
            amounts |= self.round(part, limit, own)
        if total(amounts.values()) <= budget:
            return shares, amounts
        if mode == "scale":
            weights = dict(exact)
            for mine in self.too_much(exact):
                weights |= {u: exact[u] * limit / total(exact[each] for each in mine) for u in mine}
        shares = self.fill(weights, exact, budget)
        return shares, self.round(shares, budget, own)

    def allocate(self, budget: Fraction) -> None:
        """Give every unit its claims, its part of each pot, and its award."""
        units, rules = self.year.units, self.year.policy["rules"]
        pots: dict[str, list[Row]] = defaultdict(list)
        for rule in rules:
            pots[rule.get("highest_of") or rule["code"]].append(rule)
        for unit in units.values():
            unit["claims"] = {rule["code"]: self.claim(rule, unit) for rule in rules}
            unit["pots"] = {}
        for pot, drawing in pots.items():
            wanted = {u: max(unit["claims"][rule["code"]] for rule in drawing) for u, unit in units.items()}
            divide = self.by_score if drawing[0]["kind"] == "score_share" else self.by_claim
            share = number(drawing[0].get("share"), 1) * budget
            shares, amounts = divide(wanted, share, drawing[0].get("over_budget", "scale"))
            for uscc, unit in units.items():
                unit["pots"][pot] = shares[uscc], amounts[uscc]
        awards = self.capped({u: total(got for _, got in unit["pots"].values()) for u, unit in units.items()})
        for mine in self.too_much(awards):
            limit, whole = self.per_group or Fraction(0), total(awards[u] for u in mine)
            even = {u: awards[u] * limit / whole for u in mine}
            awards |= self.round(even, limit, {u: awards[u] for u in mine})
        for uscc, unit in units.items():
            unit["award"] = awards[uscc]
