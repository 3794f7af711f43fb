"""Indicators and reasons of an assessment in pages."""

from typing import Any

from django import template
from django.utils.translation import gettext

from rewards.assessment.domain.measures import MEASURE_FIGURES
from rewards.assessment.reports import reason
from rewards.cycle.reports import points
from rewards.policy.domain.vocabulary import MEASURES

register = template.Library()

register.filter("reason_word", reason)


@register.filter
def measure(code: str) -> str:
    """Return what an indicator measures, in words."""
    return gettext(MEASURES[code]).format(**MEASURE_FIGURES) if code in MEASURES else code


@register.simple_tag
def share_of(part: Any, whole: Any) -> str:
    """Write a part of a whole: `14.17 / 40.00`."""
    return f"{points(part)} / {points(whole)}"
