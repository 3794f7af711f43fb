"""The steps of a year in pages."""

from typing import TYPE_CHECKING

from django import template

from rewards.year.views.words import ACTIONS, describe_waiting

if TYPE_CHECKING:
    from rewards.year.selectors import CycleAhead

register = template.Library()


@register.simple_tag
def next_step_words(ahead: "CycleAhead") -> str:
    """Say what comes next in a year, or what it waits for; empty when nothing does."""
    return describe_waiting(ahead) or str(ACTIONS.get(ahead.step.move, ""))
