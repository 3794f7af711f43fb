"""Addresses that belong to no app."""

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import set_language as django_set_language

from instrument_share.accounts.services import user_language_set
from instrument_share.web import clock

log = structlog.get_logger(__name__)

ROBOTS = """User-agent: *
Disallow: /accounts/
Disallow: /api/
Disallow: /me/

Sitemap: {site}/sitemap.xml
"""


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Set the language as Django does, and keep it on the account for mails and other devices."""
    answer = django_set_language(request)
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        user_language_set(actor=request.user, language=wanted, now=clock.now())
    return answer


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Answer that this process is alive. Restart it when this fails."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer whether this process reaches its database. Send it no requests while this fails."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("database_out_of_reach")
        return HttpResponse("database\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=86400)
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=86400)
def favicon(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("instrument_share/mark.svg"))
