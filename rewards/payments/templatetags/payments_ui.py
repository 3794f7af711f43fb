"""Template tags of payments."""

from django import template

register = template.Library()


@register.filter
def last_four(account: str) -> str:
    """Return an account with all but its last four digits hidden."""
    return f"•••• {account[-4:]}" if len(account) > 4 else account
