"""The map of the site, for search engines."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from instrument_share.kernel.errors import NotFound
from instrument_share.pages.sitemaps import INDEX, SECTIONS, SITEMAP_FILES, part_name
from instrument_share.web.responses.made_files import made_file_response
from instrument_share.web.responses.shown_by_browser import shown_by_browser

DAY_SECONDS = 86_400
XML = "application/xml"


@shown_by_browser
@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """Send the index of the map's files, each of at most 50,000 addresses."""
    return made_file_response(request, SITEMAP_FILES, INDEX, content_type=XML)


@shown_by_browser
@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def sitemap_part(request: HttpRequest, section: str) -> HttpResponseBase:
    """Send one file of a section."""
    number = request.GET.get("p", "1")
    if section not in SECTIONS or not (number.isascii() and number.isdigit() and len(number) < 5):
        raise NotFound
    response = made_file_response(request, SITEMAP_FILES, part_name(section, int(number)), content_type=XML)
    response["X-Robots-Tag"] = "noindex, noodp, noarchive"
    return response
