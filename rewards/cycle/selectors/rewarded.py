"""Which instruments had a one-off reward for another year, and which year has to come first for that."""

from django.db.models import Q

from rewards.cycle.domain.states import FINAL, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.policy.models import RewardPolicy
from rewards.policy.selectors import get_policy_rules

VALUE_FIXED = "value_fixed"


def instruments_rewarded_before(year: int) -> frozenset[str]:
    """Return the public ids of instruments for value a final award of an earlier year paid."""
    awards = AssessmentCycle.objects.filter(
        year__lt=year, state__in=FINAL, assessments__award__amount_yuan__gt=0
    ).values_list("assessments__award__reasoning", flat=True)
    return frozenset(
        part["instrument"]
        for reasoning in awards
        for claim in reasoning["rules"]
        if claim["kind"] == VALUE_FIXED and claim["note"] is None
        for part in claim["instruments"]
        if part["claim"] != "0.00"
    )


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
    return any(rule.kind == VALUE_FIXED for rule in get_policy_rules(policy).rules)
