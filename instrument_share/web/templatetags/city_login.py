"""What the city's login is called, and whether there is one."""

from django import template
from django.conf import settings

from instrument_share.web.login import city

register = template.Library()


@register.simple_tag
def city_login_name() -> str:
    """Return the name of the city's login, empty where the site has none."""
    return city.city_login_name() if settings.OIDC_URL else ""
