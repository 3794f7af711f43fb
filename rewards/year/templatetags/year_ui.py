"""Template tags of a year's steps."""

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _

from rewards.year.views.words import ACTIONS, describe_waiting

if TYPE_CHECKING:
    from rewards.year.selectors import CycleAhead

register = template.Library()


@register.simple_tag
def next_step_words(ahead: "CycleAhead") -> str:
    """Return the step of a year that is under way, the next one, or what it waits for; else nothing."""
    if ahead.move_under_way:
        return _("{step}, under way").format(step=ACTIONS[ahead.move_under_way])
    return describe_waiting(ahead) or str(ACTIONS.get(ahead.step.move, ""))
