"""What allauth's views do not know of this site."""

from allauth.socialaccount.views import connections
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase


@login_required
def city_login_link(request: HttpRequest) -> HttpResponseBase:
    """Link one's account to the city's login or unlink it, where the site has one."""
    if not settings.OIDC_URL:
        raise Http404
    answer: HttpResponseBase = connections(request)
    return answer
