"""The page and the downloads of open data."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.exports import CSV, csv_lines, json_parts
from instrument_share.web.responses.made_files import MadeFiles, made_at, made_file_response
from providers.exchange.selectors.open_data import count_public_instruments, public_state
from providers.exchange.views.open_data_sets import BY_NAME, DATA_SETS, DataSet

FRESH_SECONDS = 300
FORMS = {"csv": CSV, "json": "application/json"}


@require_safe
def opendata(request: HttpRequest) -> HttpResponse:
    """Show the data sets, their columns, their terms of use and as of when they are."""
    as_of = made_at(OPEN_DATA_FILES, f"{DATA_SETS[0].name}.csv")
    context = {"data_sets": DATA_SETS, "licence": settings.OPEN_DATA_LICENCE, "as_of": as_of}
    return render(request, "providers/exchange/opendata.html", context)


@counts_as("export")
@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def data_set(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """Send a whole data set as CSV or JSON, as it was made last."""
    if name not in BY_NAME or form not in FORMS:
        raise NotFound
    download = f"{name}.csv" if form == "csv" else ""
    return made_file_response(
        request, OPEN_DATA_FILES, f"{name}.{form}", content_type=FORMS[form], download=download
    )


def _version(now: datetime) -> str:
    """Return a text that changes with the last acts, and daily as terms begin and information expires."""
    return f"{now.astimezone(CITY_TIME):%Y%m%d} {public_state()}"


def _write(folder: Path, now: datetime) -> None:
    for chosen in DATA_SETS:
        rows = ([row[column] for column in chosen.columns] for row in chosen.rows(now))
        lines = csv_lines(chosen.columns, rows, settings.LANGUAGE_CODE)
        with (folder / f"{chosen.name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        with (folder / f"{chosen.name}.json").open("w", encoding="utf-8") as file:
            file.writelines(json_parts(_about(chosen, now), chosen.rows(now)))


def _about(chosen: DataSet, now: datetime) -> dict[str, Any]:
    return {
        "data_set": chosen.name,
        "as_of": now,
        "source": settings.SITE_URL + reverse("opendata"),
        "licence": settings.OPEN_DATA_LICENCE["name"],
        "licence_url": settings.OPEN_DATA_LICENCE["url"],
    }


OPEN_DATA_FILES = MadeFiles("opendata", _version, count_public_instruments, _write)
