"""Figures of a year on a page, and as files."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bookings.statistics import selectors
from bookings.statistics.domain import UsageFigures
from bookings.statistics.reports import (
    HOURS_PAID_FOR,
    HOURS_SERVED,
    YearFigures,
    build_tables,
    format_lead,
    list_rows,
    name_months,
)
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization
from instrument_share.documents.tables import to_xlsx
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import in_hours
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.params import parse_year
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import NOTHING, bilingual
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YEARS = 3
SHADES = 5
WHOLE_HOURS_FROM = 100
"""Where an hour of the week holds this many hours, all are shown without decimals."""


class Shown(NamedTuple):
    """Whose figures are shown; `name` is empty for the city."""

    scope: selectors.Scope
    name: str


def _city(viewer: "User", public_id: str) -> Shown:
    require(viewer, "bookings.statistics_of_city")
    if public_id != "all":
        raise NotFound
    return Shown(selectors.get_scope_of_city(viewer), "")


def _unit(viewer: "User", public_id: str) -> Shown:
    found = organization(viewer, public_id)
    require(viewer, "bookings.statistics_of_unit", found)
    return Shown(selectors.get_scope_of_unit(found), bilingual(found, "name"))


def _instrument(viewer: "User", public_id: str) -> Shown:
    found = providers.instrument(viewer, public_id)
    require(viewer, "bookings.statistics_of_instrument", found)
    return Shown(selectors.get_scope_of_instrument(found), bilingual(found, "name"))


def _organization(viewer: "User", public_id: str) -> Shown:
    found = organization(viewer, public_id)
    require(viewer, "bookings.statistics_of_organization", found)
    return Shown(selectors.get_scope_of_organization(found), bilingual(found, "name"))


KINDS: dict[str, "Callable[[User, str], Shown]"] = {
    "city": _city,
    "unit": _unit,
    "instrument": _instrument,
    "organization": _organization,
}


def _shown(request: SignedInRequest, kind: str, public_id: str) -> tuple[Shown, YearFigures]:
    if kind not in KINDS:
        raise NotFound
    shown, now = KINDS[kind](request.user, public_id), clock.now()
    year = parse_year(request.GET.get("year", ""), now.astimezone(CITY_TIME).year)
    usage = selectors.get_usage_figures(shown.scope, year)
    open_seconds = selectors.get_open_seconds(shown.scope, year, now)
    return shown, YearFigures(
        year,
        HOURS_PAID_FOR if shown.scope.instruments is None else HOURS_SERVED,
        usage,
        selectors.get_booking_figures(shown.scope, year),
        selectors.get_utilisation(usage, open_seconds),
        selectors.count_results(shown.scope, year),
    )


@login_required
@require_safe
def statistics(request: SignedInRequest, kind: str, public_id: str) -> HttpResponse:
    """Show a year's figures (`?year=`)."""
    shown, figures = _shown(request, kind, public_id)
    present = clock.now().astimezone(CITY_TIME).year
    years = range(present - YEARS + 1, present + 1)
    labels = name_months(figures.year)
    files = {
        ending: f"{reverse('statistics_file', args=[kind, public_id, ending])}?year={figures.year}"
        for ending in ("csv", "xlsx")
    }
    context = {
        "name": shown.name,
        "has_open_time": shown.scope.instruments is not None,
        "years": [(str(one), f"?year={one}", one == figures.year) for one in years],
        "figures": figures,
        "sums": figures.usage.year,
        "lead_days": format_lead(figures.bookings.median_lead) or NOTHING,
        "files": files,
        "results": [(kind, number) for kind, number in figures.results.items() if number],
        "months": list(zip(labels, figures.usage.months, strict=True)),
        "by_month": _chart(figures, labels),
        "days": _name_days(),
        "week": _shade(figures.usage),
    }
    return render(request, "bookings/statistics/statistics.html", context)


@counts_as("export")
@login_required
@require_safe
def statistics_file(request: SignedInRequest, kind: str, public_id: str, ending: str) -> HttpResponseBase:
    """Send the same figures as CSV, one figure in a row, or as a workbook."""
    _of_whom, figures = _shown(request, kind, public_id)
    name = f"statistics-{public_id}-{figures.year}"
    if ending == "csv":
        return csv_response(name, [_("Table"), _("Row"), _("Column"), _("Value")], list_rows(figures))
    if ending != "xlsx":
        raise NotFound
    content = to_xlsx(build_tables(figures), title=name, created_at=clock.now())
    head = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=head)


def _name_days() -> list[str]:
    """Return the days of the week, short enough for seven columns on a phone."""
    return [
        pgettext("column", "Mon"),
        pgettext("column", "Tue"),
        pgettext("column", "Wed"),
        pgettext("column", "Thu"),
        pgettext("column", "Fri"),
        pgettext("column", "Sat"),
        pgettext("column", "Sun"),
    ]


def _chart(figures: YearFigures, labels: list[str]) -> dict[str, Any]:
    months, hours = figures.usage.months, figures.hours
    return {
        "type": "stacked",
        "unit": _("hours"),
        "categories": labels,
        "series": [
            {"name": hours.external, "data": [in_hours(one.external_seconds) for one in months]},
            {"name": hours.internal, "data": [in_hours(one.internal_seconds) for one in months]},
        ],
    }


def _shade(usage: UsageFigures) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return for each hour of the day its label, and for each day the shade from 0 to 5 and the hours.

    Hours of one table have the same number of decimals, so that they align.
    """
    most = max(max(days) for days in usage.week)
    places = 0 if most >= WHOLE_HOURS_FROM * 3600 else 1
    return [
        (
            f"{hour:02}:00",
            [
                (-(-SHADES * seconds // most) if most else 0, f"{in_hours(seconds, places):,}")
                for seconds in days
            ],
        )
        for hour, days in enumerate(usage.week)
    ]
