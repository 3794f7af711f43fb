"""Who gets how much, and why (docs/reward-policy.md, "Order").

    allocation = allocate(policy, claimants, budget)

Everything is exact until the one rounding. The order of input changes nothing. Each award carries its
reasoning as plain data, to be stored and shown; whatever shows it computes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

from instrument_share.kernel.errors import DomainError, Problem, gettext_noop
from instrument_share.kernel.money import round_down, round_to_fen
from rewards.assessment.domain.claims import Claim, Claimant, calculate_claim, keep_highest
from rewards.assessment.domain.pots import Pot, PotResult, divide_pot
from rewards.assessment.domain.shares import Limit, fill_shares, round_shares
from rewards.policy.domain.figures import format_rounded
from rewards.policy.domain.policy import Caps, RewardPolicy


class AllocationRefused(DomainError):
    """Facts or a budget from which no awards can be computed."""

    code = "reward.allocation_refused"
    message = gettext_noop("The awards cannot be computed from these facts.")


@dataclass(frozen=True)
class UnitAward:
    """One unit's award and its way: claims → shares of the pots → sum → cap per unit → cap per group."""

    claimant: Claimant
    claims: tuple[Claim, ...]
    pots: tuple[PotResult, ...]
    amount: Decimal
    explain: Callable[[], Mapping[str, Any]] = field(repr=False, compare=False)

    @cached_property
    def reasoning(self) -> Mapping[str, Any]:
        """Every step as JSON: basis, rate, raw claim, caps, share, rounding, sums and policy clause.

        Written when it is asked for: to divide takes a third of the time that to explain does.
        """
        return self.explain()

    @property
    def uscc(self) -> str:
        return self.claimant.uscc


@dataclass(frozen=True)
class PotSummary:
    """Budget, claims and awards of one pot; `mode` as in `PotResult`."""

    code: str
    budget: Decimal | None
    claimed: Decimal | None
    given: Decimal
    mode: str

    def as_json(self) -> dict[str, Any]:
        return {
            "pot": self.code,
            "budget": None if self.budget is None else str(self.budget),
            "claimed": None if self.claimed is None else str(self.claimed),
            "given": str(self.given),
            "mode": self.mode,
        }


@dataclass(frozen=True)
class Allocation:
    """The awards in order of USCC, and what of the budget stays (None where there is no budget)."""

    awards: tuple[UnitAward, ...]
    pots: tuple[PotSummary, ...]
    budget: Decimal | None
    total: Decimal
    unallocated: Decimal | None

    def as_json(self) -> dict[str, Any]:
        return {
            "budget": None if self.budget is None else str(self.budget),
            "total": str(self.total),
            "unallocated": None if self.unallocated is None else str(self.unallocated),
            "pots": [pot.as_json() for pot in self.pots],
            "awards": [dict(award.reasoning) for award in self.awards],
        }


def allocate(
    policy: RewardPolicy, claimants: Iterable[Claimant], budget: Fraction | Decimal | int | None = None
) -> Allocation:
    """Compute the awards under `policy`, in order of USCC.

    `budget` in yuan; None takes the policy's own, and where that has none, no limit. AllocationRefused
    where a USCC occurs twice, or a sum is to be divided and there is none.
    """
    units = sorted(claimants, key=lambda claimant: claimant.uscc)
    total = policy.budget if budget is None else Fraction(budget)
    _refuse_impossible(policy, units, total)
    unit = Fraction(policy.unit)
    caps = Caps(
        *(_round_cap(cap, unit) for cap in (policy.caps.instrument, policy.caps.unit, policy.caps.group))
    )
    claims = {
        claimant.uscc: keep_highest(
            [calculate_claim(rule, claimant, caps.instrument) for rule in policy.rules]
        )
        for claimant in units
    }
    limits = _group_limits(units, caps)
    ranking = [c.uscc for c in sorted(units, key=_rank)]
    pots = [divide_pot(pot, claims, caps, limits, unit, ranking) for pot in _build_pots(policy, total)]
    summed = {u.uscc: sum((pot[u.uscc].amount for pot in pots), Fraction(0)) for u in units}
    after_unit = {
        uscc: amount if caps.unit is None else min(amount, caps.unit) for uscc, amount in summed.items()
    }
    final = _apply_group_caps(after_unit, limits, unit, ranking)
    awards = tuple(
        _award(policy, caps, u, claims[u.uscc], [pot[u.uscc] for pot in pots], summed, after_unit, final)
        for u in units
    )
    given = sum((award.amount for award in awards), Decimal("0.00"))
    return Allocation(
        awards=awards,
        pots=tuple(
            _summary(pot, results) for pot, results in zip(_build_pots(policy, total), pots, strict=True)
        ),
        budget=None if total is None else round_to_fen(total),
        total=given,
        unallocated=None if total is None else round_to_fen(total) - given,
    )


def _refuse_impossible(policy: RewardPolicy, units: Sequence[Claimant], total: Fraction | None) -> None:
    problems = []
    for first, second in pairwise(units):
        if first.uscc == second.uscc:
            message = gettext_noop("The unit {uscc} is listed twice. List each unit once.")
            problems.append(Problem("reward.unit_twice", message, {"uscc": first.uscc}))
    if total is None and any(rule.kind == "score_share" for rule in policy.rules):
        message = gettext_noop("A rule divides the budget by score, and there is no budget. State one.")
        problems.append(Problem("reward.no_budget", message, field="budget"))
    if problems:
        raise AllocationRefused(problems=problems)


def _rank(claimant: Claimant) -> tuple[bool, Fraction, str]:
    """Higher score first (none last), then lower USCC."""
    return claimant.score is None, -Fraction(claimant.score or 0), claimant.uscc


def _round_cap(cap: Fraction | None, unit: Fraction) -> Fraction | None:
    return None if cap is None else cap // unit * unit


def _group_limits(units: Iterable[Claimant], caps: Caps) -> list[Limit]:
    if caps.group is None:
        return []
    groups: dict[str, set[str]] = {}
    for claimant in units:
        if claimant.group is not None:
            groups.setdefault(claimant.group, set()).add(claimant.uscc)
    return [Limit(frozenset(members), caps.group) for _, members in sorted(groups.items())]


def _build_pots(policy: RewardPolicy, total: Fraction | None) -> list[Pot]:
    pots: dict[str, Pot] = {}
    for rule in policy.rules:
        budget = None if total is None else rule.share * total
        pots.setdefault(rule.pot, Pot(rule.pot, rule.over_budget, rule.kind == "score_share", budget))
    return list(pots.values())


def _apply_group_caps(
    amounts: Mapping[str, Fraction], limits: Iterable[Limit], unit: Fraction, ranking: Sequence[str]
) -> dict[str, Fraction]:
    """Groups that together pass their cap are cut in proportion."""
    final = dict(amounts)
    for limit in limits:
        if limit.is_exceeded_by(final):
            mine = {uscc: amounts[uscc] for uscc in limit.members}
            within = [limit, *Limit.each(mine)]
            cut, _ = round_shares(fill_shares(mine, within), limit.most, unit, within, ranking)
            final.update(cut)
    return final


def _summary(pot: Pot, results: Mapping[str, PotResult]) -> PotSummary:
    claimed = sum((result.limit or Fraction(0) for result in results.values()), Fraction(0))
    modes = [result.mode for result in results.values()]
    return PotSummary(
        code=pot.code,
        budget=None if pot.budget is None else round_to_fen(pot.budget),
        claimed=None if pot.by_score else round_to_fen(claimed),
        given=round_to_fen(sum((result.amount for result in results.values()), Fraction(0))),
        mode=next((mode for mode in modes if mode != "whole"), "whole"),
    )


def _award(
    policy: RewardPolicy,
    caps: Caps,
    claimant: Claimant,
    claims: Sequence[Claim],
    pots: Sequence[PotResult],
    summed: Mapping[str, Fraction],
    after_unit: Mapping[str, Fraction],
    final: Mapping[str, Fraction],
) -> UnitAward:
    unit, uscc = policy.unit, claimant.uscc
    all_rules, within_unit, amount = (
        round_down(figures[uscc], unit) for figures in (summed, after_unit, final)
    )
    explain = partial(_explain, policy, caps, claimant, claims, pots, (all_rules, within_unit, amount))
    return UnitAward(claimant, tuple(claims), tuple(pots), amount, explain)


def _explain(
    policy: RewardPolicy,
    caps: Caps,
    claimant: Claimant,
    claims: Sequence[Claim],
    pots: Sequence[PotResult],
    sums: tuple[Decimal, Decimal, Decimal],
) -> dict[str, Any]:
    all_rules, within_unit, amount = sums
    return {
        "uscc": claimant.uscc,
        "amount": str(amount),
        "policy": policy.code,
        "policy_version": policy.version,
        "draft": policy.draft,
        "money_unit": policy.money_unit,
        "score": None if claimant.score is None else format_rounded(claimant.score),
        "grade": claimant.grade,
        "group": claimant.group,
        "rules": [claim.as_json() for claim in claims],
        "pots": [pot.as_json() for pot in pots],
        "sum": str(all_rules),
        "cap_unit": None if caps.unit is None else format_rounded(caps.unit),
        "after_unit_cap": str(within_unit),
        "cap_group": None if caps.group is None else format_rounded(caps.group),
        "after_group_cap": str(amount),
    }
