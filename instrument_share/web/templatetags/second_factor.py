"""What pages say of second factors."""

from typing import Any

from django import template

from instrument_share.accounts import selectors

register = template.Library()


@register.filter
def has_resting_role(user: Any) -> bool:
    """Whether the person holds a role that counts only once the account has a second factor."""
    return bool(selectors.roles_without_effect(user))
