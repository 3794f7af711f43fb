"""Which instruments had a one-off reward for an earlier year."""

from rewards.cycle.domain.states import FINAL
from rewards.cycle.models import AssessmentCycle


def instruments_rewarded_before(year: int) -> frozenset[str]:
    """Return the public ids of instruments for value a final award of an earlier year paid."""
    awards = AssessmentCycle.objects.filter(
        year__lt=year, state__in=FINAL, assessments__award__amount_yuan__gt=0
    ).values_list("assessments__award__reasoning", flat=True)
    return frozenset(
        part["instrument"]
        for reasoning in awards
        for claim in reasoning["rules"]
        if claim["kind"] == "value_fixed" and claim["note"] is None
        for part in claim["instruments"]
        if part["claim"] != "0.00"
    )
