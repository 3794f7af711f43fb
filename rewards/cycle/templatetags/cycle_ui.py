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
