"""Indicators and reasons of an assessment in pages."""

from typing import Any

from django import template
from django.utils.translation import gettext

from rewards.assessment.reports import reason
from rewards.cycle.reports import points
from rewards.policy.domain.vocabulary import MEASURES

register = template.Library()

register.filter("reason_word", reason)


@register.filter
def measure(code: str) -> str:
    """What an indicator measures, in words."""
    return gettext(MEASURES[code]) if code in MEASURES else code


@register.simple_tag
def share_of(part: Any, whole: Any) -> str:
    """`14.17 / 40.00`."""
    return f"{points(part)} / {points(whole)}"
