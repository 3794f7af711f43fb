"""How the table of purposes reads."""

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext, ngettext

from instrument_share.personal.settings import get_days

if TYPE_CHECKING:
    from instrument_share.accounts.domain.privacy import Purpose

register = template.Library()


@register.simple_tag
def message(text: str) -> str:
    """Return a marked literal in the reader's language."""
    return gettext(text)


@register.simple_tag
def kept(purpose: "Purpose") -> str:
    """Return how long the data of a purpose are kept, with the number of days that the site has set."""
    if not purpose.retention:
        return gettext(purpose.kept)
    days = get_days(purpose.retention)
    return ngettext("{days} day", "{days} days", days).format(days=days)
