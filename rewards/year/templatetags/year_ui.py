"""Template tags of a year's steps."""

from typing import TYPE_CHECKING

from django import template

from rewards.year.views.words import ACTIONS, describe_waiting

if TYPE_CHECKING:
    from rewards.year.selectors import CycleAhead

register = template.Library()


@register.simple_tag
def next_step_words(ahead: "CycleAhead") -> str:
    """Return the next step of a year, or what it waits for; empty when nothing is left."""
    return describe_waiting(ahead) or str(ACTIONS.get(ahead.step.move, ""))
