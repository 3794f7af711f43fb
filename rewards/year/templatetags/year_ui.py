"""Template tags of a year's steps."""

from typing import TYPE_CHECKING, Any

from django import template

from rewards.year.views.words import ACTIONS, build_step_line, describe_waiting

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.year.selectors import CycleAhead

register = template.Library()


@register.simple_tag
def next_step_words(viewer: "Viewer", ahead: "CycleAhead") -> str:
    """Return the next step of a year, or what it waits for; empty when nothing is left."""
    return describe_waiting(viewer, ahead) or str(ACTIONS.get(ahead.step.move, ""))


@register.simple_tag
def step_line(ahead: "CycleAhead") -> list[tuple[Any, str, str]]:
    """Return the line of steps of a year, for `{% steps %}`."""
    return build_step_line(ahead)


@register.simple_tag
def step_under_way(ahead: "CycleAhead") -> str:
    """Return the long step of a year that is under way; empty if there is none."""
    return str(ACTIONS.get(ahead.move_under_way, ""))
