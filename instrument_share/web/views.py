"""Addresses that belong to no app."""

import json
from urllib.parse import urlsplit

import structlog
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    RawPostDataException,
)
from django.templatetags.static import static
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from instrument_share.accounts.language import keep_language
from instrument_share.accounts.services import user_language_set
from instrument_share.web import clock

log = structlog.get_logger(__name__)

LONGEST_CSP_REPORT = 8_000
CSP_REPORT_LIMITS = {"csp_report": "20/m/ip"}
UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError, RecursionError),
    *(RequestDataTooBig, RawPostDataException),  # too long, or sent as the fields of a form
)
CSP_REPORT_FIELDS = {"blocked": "blocked-uri", "directive": "violated-directive"}
"""Name in the log → in the report (Content Security Policy Level 2, 4.4)."""

ROBOTS = """User-agent: *
Disallow: /accounts/
Disallow: /api/
Disallow: /me/

Sitemap: {site}/sitemap.xml
"""


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Lead back to the page it was chosen on; keep the language in the browser, and on the account for mails.

    A language that the site does not have changes nothing.
    """
    back, wanted = request.POST.get("next", ""), request.POST.get("language", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    answer = HttpResponseRedirect(back if is_ours else "/")
    if wanted in dict(settings.LANGUAGES):
        keep_language(answer, wanted)
        if request.user.is_authenticated:
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


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log what a browser refused by the Content Security Policy: a fault of ours, or an attack.

    Browsers send it by themselves, whoever is logged in; anybody can, so it is bounded in size and number and
    nothing of it is kept but a line of the log. Of the page its route is told: its address may be a secret.
    """
    if not ratelimit.consume(request, action="csp_report", config=CSP_REPORT_LIMITS, app=__name__):
        return HttpResponse(status=429)
    try:
        told = json.loads(request.body[:LONGEST_CSP_REPORT])["csp-report"]
        values = {name: str(told.get(field, "")) for name, field in CSP_REPORT_FIELDS.items()}
    except UNREADABLE:
        return HttpResponse(status=400)
    line = {name: value.partition("?")[0][:200] for name, value in values.items()}
    log.warning("csp_violation", **line, page=_route_of(told.get("document-uri")))
    return HttpResponse(status=204)


def _route_of(address: object) -> str:
    try:
        return str(resolve(urlsplit(str(address)).path).route)
    except (Resolver404, ValueError):
        return ""
