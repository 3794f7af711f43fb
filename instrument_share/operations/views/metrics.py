"""Figures for Prometheus."""

from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from instrument_share.metrics import render_requests
from instrument_share.operations.selectors.metrics import render_site
from instrument_share.web import clock


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who sends METRICS_TOKEN as a bearer; on a site without one the address leads nowhere."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").encode()
    if not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(render_requests() + render_site(clock.now()), content_type=CONTENT_TYPE_LATEST)
