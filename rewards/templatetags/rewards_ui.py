"""Figures and codes of an assessment as pages show them: `{% load rewards_ui %}`."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext

from instrument_share.web.formats import yuan
from rewards.assessment.reports import reason
from rewards.cycle.reports import CAPTURES, in_hours, points
from rewards.findings.reports import finding_kind
from rewards.policy.domain.vocabulary import FIGURES, MEASURES
from rewards.year.views.words import ACTIONS, describe_waiting

if TYPE_CHECKING:
    from rewards.year.selectors import CycleAhead

register = template.Library()

register.filter("points", points)
register.filter("in_hours", in_hours)
register.filter("finding_kind", finding_kind)
register.filter("reason_word", reason)


@register.filter
def measure(code: str) -> str:
    """What an indicator measures, in words."""
    return gettext(MEASURES[code]).format(**FIGURES) if code in MEASURES else code


@register.filter
def translated(message: str) -> str:
    """A message that is stored or composed as its marked English literal."""
    return gettext(message) if message else ""


@register.filter
def as_yuan(amount: str | Decimal | None) -> str:
    """An amount that is stored as text, in a snapshot or among a cycle's figures."""
    return yuan(None if amount is None else Decimal(amount))


@register.filter
def capture_word(code: str) -> str:
    """How a log was captured."""
    return str(CAPTURES.get(code, code))


@register.filter
def last_four(account: str) -> str:
    """An account with all but its last four digits hidden."""
    return f"•••• {account[-4:]}" if len(account) > 4 else account


@register.simple_tag
def share_of(part: Any, whole: Any) -> str:
    """`14.17 / 40.00`."""
    return f"{points(part)} / {points(whole)}"


@register.simple_tag
def next_step_words(ahead: "CycleAhead") -> str:
    """What comes next in a year, or what it waits for; empty when nothing does."""
    return describe_waiting(ahead) or str(ACTIONS.get(ahead.step.move, ""))
