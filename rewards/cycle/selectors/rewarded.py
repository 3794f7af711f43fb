"""Which instruments had a one-off reward for another year, and which year has to come first for that."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from rewards.cycle.domain.states import FINAL, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.policy.models import RewardPolicy
from rewards.policy.selectors import get_policy_rules

VALUE_FIXED = "value_fixed"


def instruments_rewarded_before(year: int) -> frozenset[str]:
    """Return the public ids of instruments for value a final award of an earlier year paid.

    Not those for which nothing was left in the share of the budget.
    """
    finals = AssessmentCycle.objects.filter(year__lt=year, state__in=FINAL).select_related("policy")
    return frozenset(
        instrument
        for cycle in finals.order_by()
        if (pots := _get_pots_of_values(cycle.policy))
        for reasoning in cycle.assessments.filter(award__amount_yuan__gt=0).values_list(
            "award__reasoning", flat=True
        )
        for instrument in _list_rewarded(reasoning, pots)
    )


def _get_pots_of_values(policy: RewardPolicy) -> Mapping[str, str]:
    """Return, of the rules that reward instruments once, the pot of each, by code."""
    return {rule.code: rule.pot for rule in get_policy_rules(policy).rules if rule.kind == VALUE_FIXED}


def _list_rewarded(reasoning: Mapping[str, Any], pots: Mapping[str, str]) -> Iterator[str]:
    """Yield the instruments for whose value an award paid something."""
    paid = {pot["pot"] for pot in reasoning["pots"] if Decimal(pot["amount"])}
    for claim in reasoning["rules"]:
        if pots.get(claim["rule"]) in paid and claim["note"] is None:
            yield from (part["instrument"] for part in claim["instruments"] if Decimal(part["claim"]))


def find_year_in_the_way(cycle: AssessmentCycle, policy: RewardPolicy) -> int | None:
    """Return a year beside which this one may not be computed by a policy, as both reward instruments once.

    A snapshot knows what earlier years have rewarded by then: that is an earlier year whose results are not
    approved, or were only after the freeze, and a later one that is frozen already. None where there is no
    such year.
    """
    if not _rewards_once(policy):
        return None
    frozen = AssessmentCycle.objects.exclude(state=CycleState.COLLECTING).exclude(pk=cycle.pk)
    not_known = Q(year__gt=cycle.year) | ~Q(state__in=FINAL)
    if cycle.frozen_at is not None:
        not_known |= Q(approved_at__gt=cycle.frozen_at)
    unknown = frozen.filter(not_known).select_related("policy")
    return next((one.year for one in unknown.order_by("year") if _rewards_once(one.policy)), None)


def _rewards_once(policy: RewardPolicy) -> bool:
    return bool(_get_pots_of_values(policy))
