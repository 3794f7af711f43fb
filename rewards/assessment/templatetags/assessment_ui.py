"""Template tags of assessments."""

from typing import Any

from django import template
from django.utils.translation import gettext

from rewards.assessment.domain.measures import MEASURE_FIGURES
from rewards.assessment.reports import get_grade_text, get_reason_text
from rewards.cycle.reports import format_points
from rewards.policy.domain.vocabulary import MEASURES

register = template.Library()

register.filter("grade", get_grade_text)
register.filter("reason_word", get_reason_text)


@register.filter
def measure(code: str) -> str:
    """Return what an indicator measures, in words."""
    return gettext(MEASURES[code]).format(**MEASURE_FIGURES) if code in MEASURES else code


@register.simple_tag
def share_of(part: Any, whole: Any) -> str:
    """Write a part of a whole: `14.17 / 40.00`."""
    return f"{format_points(part)} / {format_points(whole)}"
