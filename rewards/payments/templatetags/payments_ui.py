"""Template tags of payments."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def last_four(account: str) -> str:
    """Return an account with all but its last four digits hidden."""
    return _("ending in {digits}").format(digits=account[-4:]) if len(account) > 4 else account
