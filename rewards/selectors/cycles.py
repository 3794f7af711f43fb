"""Cycles, the policies they run under, and the results that everybody may see."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, Sum

from instrument_share.kernel.errors import NotFound
from rewards.domain.policy import RewardPolicy as PolicyRules
from rewards.domain.policy_document import read_policy
from rewards.models import AssessmentCycle, RewardPolicy, UnitAssessment
from rewards.selectors.scope import NOTICED, managed_units, sees_all

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def cycles(viewer: "Viewer") -> QuerySet[AssessmentCycle]:
    """Cycles, newest first, with `awarded_yuan`, the sum of the awards; the public sees noticed ones."""
    found = AssessmentCycle.objects.select_related("policy").annotate(
        awarded_yuan=Sum("assessments__award__amount_yuan")
    )
    if not (sees_all(viewer) or managed_units(viewer)):
        found = found.filter(state__in=NOTICED)
    return found.order_by("-year")


def cycle(viewer: "Viewer", year: int) -> AssessmentCycle:
    """The cycle of a year, or NotFound."""
    found = cycles(viewer).filter(year=year).first()
    if found is None:
        raise NotFound
    return found


def cycle_lock(cycle_id: int) -> AssessmentCycle:
    """The cycle with its policy, locked until the transaction ends."""
    found = (
        AssessmentCycle.objects.select_for_update(of=("self",))
        .select_related("policy")
        .filter(pk=cycle_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def public_results(cycle: AssessmentCycle) -> list[dict[str, Any]]:
    """What the public notice says of each unit, best score first; empty before the notice.

    Keys: organization (public id), name_zh, name_en, grade_zh, grade_en, amount_yuan.
    """
    if cycle.state not in NOTICED:
        return []
    rows = UnitAssessment.objects.filter(cycle=cycle).order_by("-score", "organization__uscc")
    return [
        {
            "organization": public_id,
            "name_zh": name_zh,
            "name_en": name_en,
            "grade_zh": grade_zh,
            "grade_en": grade_en,
            "amount_yuan": amount,
        }
        for public_id, name_zh, name_en, grade_zh, grade_en, amount in rows.values_list(
            "organization__public_id",
            "organization__name_zh",
            "organization__name_en",
            "grade_zh",
            "grade_en",
            "award__amount_yuan",
        )
    ]


def policies(viewer: "Viewer") -> QuerySet[RewardPolicy]:  # noqa: ARG001 (everybody may)
    """Every loaded policy, which are public, newest first."""
    return RewardPolicy.objects.order_by("-created_at", "-id")


def policy_by_id(policy_id: int) -> RewardPolicy:
    found = RewardPolicy.objects.filter(pk=policy_id).first()
    if found is None:
        raise NotFound
    return found


def policy_rules(policy: RewardPolicy) -> PolicyRules:
    """The rules that a stored document describes."""
    return _read(policy.document)


@lru_cache(maxsize=16)
def _read(document: str) -> PolicyRules:
    return read_policy(document)
