"""Sitemaps of the site."""

from django.conf import settings
from django.contrib.sitemaps.views import SitemapIndexItem
from django.contrib.sitemaps.views import sitemap as sitemap_of_django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from instrument_share.pages.sitemaps import SITEMAPS

DAY_SECONDS = 86_400


@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Return the index of sitemaps, each of at most 50,000 addresses."""
    parts = [
        SitemapIndexItem(f"{settings.SITE_URL}{reverse('sitemap_part', args=[name])}?p={page}", None)
        for name, make_sitemap in SITEMAPS.items()
        for page in make_sitemap().paginator.page_range
    ]
    return render(request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml")


@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    """Return one section's sitemap."""
    return sitemap_of_django(
        request, {name: make_sitemap() for name, make_sitemap in SITEMAPS.items()}, section=section
    )
