"""Objections as the report prints them, in Chinese."""

from instrument_share.kernel.names import mask_name
from rewards.objections.domain.choices import AnswerEffect, InNameOf
from rewards.objections.models import Objection

EFFECTS: dict[AnswerEffect, str] = {
    AnswerEffect.NOT_UPHELD: "异议不成立",
    AnswerEffect.CLARIFIED: "异议成立，不影响评价结果",
    AnswerEffect.FINDING: "异议成立，已列为核查问题",
    AnswerEffect.SCORED_ANEW: "异议成立，已重新处理核查问题并重新计算得分",
}


def get_objector(objection: Objection) -> str:
    """Return the organization that objected, or the person's name, masked."""
    if objection.in_name_of == InNameOf.ORGANIZATION:
        return objection.organization_name
    return mask_name(objection.name)


def describe_answer(objection: Objection) -> str:
    """Return what was decided, and why."""
    return f"{EFFECTS[AnswerEffect(objection.answer.effect)]}。{objection.answer.text}"
