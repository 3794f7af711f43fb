"""The page and the downloads of open data."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.responses.exports import csv_response, json_stream
from providers.exchange.selectors.open_data import last_change
from providers.exchange.views.open_data_sets import BY_NAME, DATA_SETS

FRESH_SECONDS = 300


@require_safe
def opendata(request: HttpRequest) -> HttpResponse:
    """Show the data sets, their columns and their terms of use."""
    context = {"data_sets": DATA_SETS, "licence": settings.OPEN_DATA_LICENCE}
    return render(request, "providers/exchange/opendata.html", context)


def _etag(_request: HttpRequest, name: str, form: str) -> str:
    """Return a tag that changes with the last act, and daily as terms begin and information expires."""
    last = last_change()
    today = clock.now().astimezone(CITY_TIME).date()
    return f'"{name}.{form}-{0 if last is None else last.pk}-{today:%Y%m%d}"'


def _last_modified(_request: HttpRequest, **_which: str) -> datetime | None:
    """Return the later of the last act and this morning's midnight."""
    last = last_change()
    midnight = clock.now().astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if last is None else max(last.at, midnight)


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
@condition(etag_func=_etag, last_modified_func=_last_modified)
def data_set(_request: HttpRequest, name: str, form: str) -> StreamingHttpResponse:
    """Stream a whole data set as CSV or JSON."""
    if name not in BY_NAME or form not in ("csv", "json"):
        raise NotFound
    chosen, now = BY_NAME[name], clock.now()
    if form == "csv":
        rows = ([row[column] for column in chosen.columns] for row in chosen.rows(now))
        return csv_response(chosen.name, chosen.columns, rows)
    about: dict[str, Any] = {
        "data_set": chosen.name,
        "as_of": now,
        "source": settings.SITE_URL + reverse("opendata"),
        "licence": settings.OPEN_DATA_LICENCE["name"],
        "licence_url": settings.OPEN_DATA_LICENCE["url"],
    }
    return json_stream(about, chosen.rows(now))
