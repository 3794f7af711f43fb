"""Records for the national platform: refusals and where to correct them, and files."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.public import count_unconfirmed
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, NotFound
from instrument_share.pages.national import (
    build_report,
    filter_exported,
    iterate_json,
    iterate_records,
    write_xlsx,
)
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.problem import told
from providers.domain import DRAFT, SUBMITTED, RecordType, reported_years
from providers.public import managed_unit, national_years, owning_units

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization


WORDS = {
    RecordType.UNIT: gettext_lazy("Unit, the year"),
    RecordType.INSTRUMENT: gettext_lazy("Instruments"),
    RecordType.CUSTOMS: gettext_lazy("Customs supervision"),
    RecordType.SERVICE: gettext_lazy("Service records"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def unit_records(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a unit's records of a year (`?year=`)."""
    unit = managed_unit(request, public_id)
    year = _year(request)
    if "export" in request.GET:
        return _refusals(request, [unit], year)
    context = {
        **_context(request, [unit], year),
        **_checked(request, [unit], year),
        "unit": unit,
        "file": reverse("national_file", args=[unit.public_id, year, "xlsx"]),
        "file_json": reverse("national_file", args=[unit.public_id, year, "json"]),
        "said": national_years([unit.pk], year).get(unit.pk),
    }
    return render(request, "pages/national.html", context)


@login_required
@require_safe
def region_records(request: HttpRequest) -> HttpResponseBase:
    """Show the records of all units of the bureau's region."""
    units, year = _of_region(request), _year(request)
    if "export" in request.GET:
        return _refusals(request, units, year)
    context = {
        **_context(request, units, year),
        **_checked(request, units, year),
        "unit_count": len(units),
        "file": reverse("national_region_file", args=[year, "xlsx"]),
        "file_json": reverse("national_region_file", args=[year, "json"]),
    }
    return render(request, "pages/national.html", context)


@login_required
@require_safe
def unit_file(request: HttpRequest, public_id: str, year: int, ending: str) -> HttpResponseBase:
    """Return a unit's records as a file."""
    return _file(request, [managed_unit(request, public_id)], year, ending)


@login_required
@require_safe
def region_file(request: HttpRequest, year: int, ending: str) -> HttpResponseBase:
    """Return the records of the bureau's region as a file."""
    return _file(request, _of_region(request), year, ending)


def _of_region(request: HttpRequest) -> list["Organization"]:
    if not accounts.region_of(request.user, Role.BUREAU_OFFICER):
        raise Forbidden
    today = clock.now().astimezone(CITY_TIME).date()
    return [row.organization for row in owning_units(request.user, today)]


def _year(request: HttpRequest) -> int:
    present = clock.now().astimezone(CITY_TIME).year
    asked = parse_number(request.GET.get("year", ""))
    return asked if asked is not None and asked in reported_years(present) else present - 1


def _context(request: HttpRequest, units: Sequence["Organization"], year: int) -> dict[str, Any]:
    years = reported_years(clock.now().astimezone(CITY_TIME).year)
    return {
        "year": year,
        "years": [(one, f"?year={one}", one == year) for one in reversed(years[1:])],
        "refusals": f"?year={year}&export=csv",
        "unconfirmed": count_unconfirmed(request.user, [unit.pk for unit in units], year),
        "draft": DRAFT,
        "submitted": SUBMITTED,
    }


def _checked(request: HttpRequest, units: Sequence["Organization"], year: int) -> dict[str, Any]:
    """Return the result of the check (`?check=1`).

    Checking a city's records takes seconds, so the page requests it after it has loaded.
    """
    if "check" not in request.GET:
        return {}
    report = build_report(iterate_records(request.user, units, year))
    return {
        "counts": [(WORDS[kind], count) for kind, count in report.counts.items()],
        "passing": sum(count.passing for count in report.counts.values()),
        "groups": [(WORDS[group.kind], group) for group in report.groups],
    }


def _refusals(request: HttpRequest, units: Sequence["Organization"], year: int) -> StreamingHttpResponse:
    """Return everything that would be refused as CSV."""
    heads = [_("Record"), _("Kind"), _("Field"), _("Value"), _("What is wrong"), _("What to do")]
    rows = (
        [
            told("{name}", {"name": record.name}),
            WORDS[record.kind],
            told("{meaning} {field}", {"meaning": one.meaning, "field": one.field}),
            one.value,
            told(one.reason.message, one.reason.params),
            told(one.remedy.message, one.remedy.params),
        ]
        for record in iterate_records(request.user, units, year)
        for one in record.refusals
    )
    return csv_response(f"national-{year}-refused", heads, rows)


def _file(request: HttpRequest, units: Sequence["Organization"], year: int, ending: str) -> HttpResponseBase:
    """Return the file; `?status=-1` marks drafts, `?all=1` adds refused records, always as drafts."""
    if ending not in ("xlsx", "json"):
        raise NotFound
    if year not in reported_years(clock.now().astimezone(CITY_TIME).year):
        raise NotFound
    status = DRAFT if request.GET.get("status") == DRAFT else SUBMITTED
    records = filter_exported(
        iterate_records(request.user, units, year), status, include_refused="all" in request.GET
    )
    name = f"national-{year}.{ending}"
    if ending == "json":
        streamed = StreamingHttpResponse(iterate_json(records, year), content_type="application/json")
        streamed["Content-Disposition"] = f'attachment; filename="{name}"'
        return streamed
    file = TemporaryFile()  # noqa: SIM115 (the response closes it when it is sent)
    write_xlsx(records, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
