"""One pot: the share of the budget of one rule, or of rules of which only the highest claim counts.

Claims are paid whole where they fit. Where they do not, or where the whole pot is divided by score, `scale`
and `fill` say what becomes of the part that caps cut off (docs/reward-policy.md, "Order").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rewards.assessment.domain.claims import Claim
from rewards.assessment.domain.shares import Limit, fill_shares, round_shares
from rewards.policy.domain.figures import format_exact, format_rounded
from rewards.policy.domain.policy import Caps, OverBudget


@dataclass(frozen=True)
class Pot:
    """`by_score`: the whole pot is divided by score; else it pays claims. `budget` None: no limit."""

    code: str
    over_budget: OverBudget
    by_score: bool
    budget: Fraction | None


@dataclass(frozen=True)
class PotResult:
    """What one unit gets out of one pot, in yuan.

    `mode`: "whole" (the claim, rounded half-up and capped), "group" (cut with its group to the group's cap),
    "scale" or "fill" (a sum was divided). `share` is exact; `amount` is in whole money units.
    """

    pot: str
    mode: str
    budget: Fraction | None
    weight: Fraction
    weights: Fraction
    """The unit's weight in the division, and the sum of all weights."""
    limit: Fraction | None
    """The most that the unit can get out of this pot."""
    share: Fraction
    extra_unit: bool
    """Whether the unit got one money unit more than its share rounded down."""
    amount: Fraction

    def as_json(self) -> dict[str, Any]:
        return {
            "pot": self.pot,
            "mode": self.mode,
            "budget": None if self.budget is None else format_rounded(self.budget),
            "weight": format_rounded(self.weight),
            "weights": format_rounded(self.weights),
            "limit": None if self.limit is None else format_rounded(self.limit),
            "share": format_rounded(self.share),
            "share_exact": format_exact(self.share),
            "extra_unit": self.extra_unit,
            "amount": format_rounded(self.amount),
        }


def divide_pot(
    pot: Pot,
    claims: Mapping[str, Sequence[Claim]],
    caps: Caps,
    groups: Sequence[Limit],
    unit: Fraction,
    ranking: Sequence[str],
) -> dict[str, PotResult]:
    """Divide a pot among the units. `caps` and the limits of `groups` are in whole money units."""
    wanted = {uscc: _counting_claim(pot, mine) for uscc, mine in claims.items()}
    division = _Division(pot, wanted, caps.unit, groups, unit, ranking)
    return division.by_score() if pot.by_score else division.of_claims()


def _counting_claim(pot: Pot, claims: Iterable[Claim]) -> Fraction:
    mine = (claim.amount for claim in claims if claim.rule.pot == pot.code and claim.note != "not_highest")
    return sum(mine, Fraction(0))


@dataclass(frozen=True)
class _Division:
    pot: Pot
    wanted: Mapping[str, Fraction]
    cap: Fraction | None
    groups: Sequence[Limit]
    unit: Fraction
    ranking: Sequence[str]

    def by_score(self) -> dict[str, PotResult]:
        """Divide the whole pot by weight. `scale`: what caps cut off stays. `fill`: it goes to the others."""
        assert self.pot.budget is not None
        own = {} if self.cap is None else dict.fromkeys(self.wanted, self.cap)
        whole = Limit(frozenset(self.wanted), self.pot.budget)
        limits = [*Limit.each(own), *self.groups]
        if self.pot.over_budget == "fill":
            shares = fill_shares(self.wanted, [*limits, whole])
        else:
            shares = fill_shares(self.wanted, [*limits, *Limit.each(fill_shares(self.wanted, [whole]))])
        total = sum(shares.values(), Fraction(0))
        return self._results(self.pot.over_budget, self.wanted, shares, total, own)

    def of_claims(self) -> dict[str, PotResult]:
        """Grant each claim where all fit; else divide the pot in proportion to capped or uncapped claims.

        No share passes its exact claim; only the unit given out by remainder may, up to the claim half-up.
        """
        own = self._capped({uscc: self._half_up(claim) for uscc, claim in self.wanted.items()})
        results = self._whole(own)
        budget = self.pot.budget
        if budget is None or sum((result.amount for result in results.values()), Fraction(0)) <= budget:
            return results
        weights, exact = self._weights(), self._capped(self.wanted)
        shares = fill_shares(weights, [*Limit.each(exact), *self.groups, Limit(frozenset(own), budget)])
        return self._results(self.pot.over_budget, weights, shares, budget, own)

    def _whole(self, own: Mapping[str, Fraction]) -> dict[str, PotResult]:
        """Every claim on its own; only groups past their cap are divided."""
        total = sum(self.wanted.values(), Fraction(0))
        results = {
            uscc: PotResult(
                pot=self.pot.code,
                mode="whole",
                budget=self.pot.budget,
                weight=claim,
                weights=total,
                limit=own[uscc],
                share=claim,
                extra_unit=False,
                amount=own[uscc],
            )
            for uscc, claim in self.wanted.items()
        }
        exact = self._capped(self.wanted)
        weights = self.wanted if self.pot.over_budget == "fill" else exact
        for group in self.groups:
            if group.is_exceeded_by(own):
                mine, most, limits = (
                    {uscc: figures[uscc] for uscc in group.members} for figures in (weights, exact, own)
                )
                shares = fill_shares(mine, [group, *Limit.each(most)])
                results.update(self._results("group", mine, shares, group.most, limits))
        return results

    def _weights(self) -> Mapping[str, Fraction]:
        if self.pot.over_budget == "fill":
            return self.wanted
        return self._cut_to_groups(self._capped(self.wanted))

    def _capped(self, amounts: Mapping[str, Fraction]) -> dict[str, Fraction]:
        return {
            uscc: amount if self.cap is None else min(amount, self.cap) for uscc, amount in amounts.items()
        }

    def _cut_to_groups(self, amounts: Mapping[str, Fraction]) -> dict[str, Fraction]:
        cut = dict(amounts)
        for group in self.groups:
            if group.is_exceeded_by(cut):
                cut.update(fill_shares({uscc: cut[uscc] for uscc in group.members}, [group]))
        return cut

    def _half_up(self, claim: Fraction) -> Fraction:
        return (claim / self.unit + Fraction(1, 2)) // 1 * self.unit

    def _results(
        self,
        mode: str,
        weights: Mapping[str, Fraction],
        shares: Mapping[str, Fraction],
        total: Fraction,
        own: Mapping[str, Fraction],
    ) -> dict[str, PotResult]:
        """The exact `shares` of `total` rounded, none past its `own` limit nor any group past its cap."""
        limits = [*Limit.each(own), *self.groups]
        amounts, extra = round_shares(shares, total, self.unit, limits, self.ranking)
        total_weight = sum(weights.values(), Fraction(0))
        return {
            uscc: PotResult(
                pot=self.pot.code,
                mode=mode,
                budget=self.pot.budget,
                weight=weights[uscc],
                weights=total_weight,
                limit=own.get(uscc),
                share=share,
                extra_unit=uscc in extra,
                amount=amounts[uscc],
            )
            for uscc, share in shares.items()
        }
