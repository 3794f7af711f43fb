"""Template tag for the demo accounts on the login page."""

from typing import Any

from django import template
from django.conf import settings

from instrument_share.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD

register = template.Library()


@register.inclusion_tag("demo/demo_accounts.html", takes_context=True)
def demo_accounts(context: template.Context, onward: str | None = "") -> dict[str, Any]:
    """Show a login button for each demo account; nothing unless DEMO is on."""
    return {
        "accounts": DEMO_ACCOUNTS if settings.DEMO else (),
        "password": DEMO_PASSWORD,
        "onward": onward,
        "csrf_token": context.get("csrf_token"),
    }
