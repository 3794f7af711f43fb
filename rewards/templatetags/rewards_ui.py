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
    """Return what an indicator measures, in words."""
    return gettext(MEASURES[code]).format(**FIGURES) if code in MEASURES else code


@register.filter
def translated(message: str) -> str:
    """Translate a message that is stored or composed as its marked English literal."""
    return gettext(message) if message else ""


@register.filter
def as_yuan(amount: str | Decimal | None) -> str:
    """Write an amount that is stored as text among a cycle's figures."""
    return yuan(None if amount is None else Decimal(amount))


@register.filter
def capture_word(code: str) -> str:
    """Return how a log was captured, in words."""
    return str(CAPTURES.get(code, code))


@register.filter
def last_four(account: str) -> str:
    """Return an account with all but its last four digits hidden."""
    return f"•••• {account[-4:]}" if len(account) > 4 else account


@register.simple_tag
def share_of(part: Any, whole: Any) -> str:
    """Write a part of a whole: `14.17 / 40.00`."""
    return f"{points(part)} / {points(whole)}"


@register.simple_tag
def next_step_words(ahead: "CycleAhead") -> str:
    """Say what comes next in a year, or what it waits for; empty when nothing does."""
    return describe_waiting(ahead) or str(ACTIONS.get(ahead.step.move, ""))
