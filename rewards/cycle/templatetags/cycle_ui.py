"""Figures and codes of a year in pages."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext

from instrument_share.web.formats import yuan
from rewards.cycle.reports import CAPTURES, in_hours, points

register = template.Library()

register.filter("points", points)
register.filter("in_hours", in_hours)


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
