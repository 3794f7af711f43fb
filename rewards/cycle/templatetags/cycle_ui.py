"""Template tags for figures and codes of a year."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext

from instrument_share.web.text.formats import yuan
from rewards.cycle.reports import CAPTURES, format_hours, format_points

register = template.Library()

register.filter("points", format_points)
register.filter("in_hours", format_hours)


@register.filter
def translated(message: str) -> str:
    """Translate a stored or composed message from its marked English literal."""
    return gettext(message) if message else ""


@register.filter
def as_yuan(amount: str | Decimal | None) -> str:
    """Format an amount stored as text."""
    return yuan(None if amount is None else Decimal(amount))


@register.filter
def hours_figure(hours: str | Decimal | None) -> str:
    """Format hours with two decimals for a column, and a dash where there are none."""
    return "—" if hours in (None, "") else f"{Decimal(hours):,.2f}"


@register.filter
def capture_word(code: str) -> str:
    """Return the label of how a log was captured."""
    return str(CAPTURES.get(code, code))
