"""Records for the national platform: refusals and where to correct them, and files."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.public import count_confirmed, count_unconfirmed
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.pages.national.checks import (
    DRAFTS_XLSX,
    FILES,
    REFUSED_CSV,
    SUBMIT_JSON,
    SUBMIT_XLSX,
    count_rows,
    units_of_region,
    unpack_report,
)
from instrument_share.pages.national.records import (
    NationalReport,
    build_report,
    filter_exported,
    iterate_json,
    iterate_records,
    write_xlsx,
)
from instrument_share.pages.national.refusals import WORDS, refusal_heads, refusal_rows
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from providers.domain import DRAFT, SUBMITTED, reported_years
from providers.public import (
    check_state,
    managed_unit,
    national_check,
    national_check_start,
    national_years,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def unit_records(request: SignedInRequest, public_id: str) -> HttpResponseBase:
    """Show a unit's records of a year (`?year=`)."""
    unit = managed_unit(request, public_id)
    year = _year(request)
    if "export" in request.GET:
        return _refusals(request, unit, year)
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
@require_http_methods(["GET", "HEAD", "POST"])
def region_records(request: HttpRequest) -> HttpResponseBase:
    """Show the last check of the bureau's region (`?year=`), or start one (POST)."""
    year = _year(request)
    check = national_check(request.user, year)
    if request.method == "POST":
        now = clock.now()
        begun = national_check_start(actor=request.user, year=year, now=now)  # type: ignore[arg-type]
        address = f"{reverse('national_region')}?year={year}"
        if begun.started_at != now:  # a colleague has begun it, and the page shows how far it is
            return HttpResponseRedirect(address)
        return redirect_with_message(request, _("The check has begun."), address)
    units = units_of_region(request.user)
    context = {
        **_context(request, units, year),
        **(_shown(unpack_report(check.report)) if check and check.made_at else {}),
        "check": check,
        "state": check_state(check).value,
        "unit_count": len(units),
        "file": reverse("national_region_file", args=[year, SUBMIT_XLSX]),
        "file_json": reverse("national_region_file", args=[year, SUBMIT_JSON]),
        "file_drafts": reverse("national_region_file", args=[year, DRAFTS_XLSX]),
        "refusals": reverse("national_region_file", args=[year, REFUSED_CSV[get_language() or "zh-hans"]]),
    }
    return render(request, "pages/national_region.html", context)


@counts_as("export")
@login_required
@require_safe
def unit_file(request: SignedInRequest, public_id: str, year: int, ending: str) -> HttpResponseBase:
    """Return a unit's records as a file."""
    return _file(request, managed_unit(request, public_id), year, ending)


@counts_as("export")
@login_required
@require_safe
def region_file(request: SignedInRequest, year: int, name: str) -> HttpResponseBase:
    """Return a file of the last check of the bureau's region."""
    check = national_check(request.user, year)
    if check is None or check.made_at is None or name not in FILES:
        raise NotFound
    people_disclosed(
        actor=request.user,
        what="national.export",
        count=count_rows(name, unpack_report(check.report)),
        now=clock.now(),
        details={"year": year},
    )
    file = default_storage.open(f"{check.folder}/{name}")
    return FileResponse(file, as_attachment=True, filename=f"national-{year}-{name}")


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
    """Return the result of the check (`?check=1`), which the page requests after it has loaded."""
    if "check" not in request.GET:
        return {}
    return _shown(build_report(iterate_records(request.user, units, year)))


def _shown(report: NationalReport) -> dict[str, Any]:
    return {
        "counts": [(WORDS[kind], count) for kind, count in report.counts.items()],
        "passing": sum(count.passing for count in report.counts.values()),
        "groups": [(WORDS[group.kind], group) for group in report.groups],
    }


def _refusals(request: SignedInRequest, unit: "Organization", year: int) -> StreamingHttpResponse:
    """Return everything that would be refused as CSV; values of uses are people's names and addresses."""
    rows = list(refusal_rows(iterate_records(request.user, [unit], year)))
    _record_export(request, unit, year, len(rows))
    return csv_response(f"national-{year}-refused", refusal_heads(), rows)


def _record_export(request: SignedInRequest, unit: "Organization", year: int, count: int) -> None:
    people_disclosed(
        actor=request.user,
        what="national.export",
        count=count,
        subject=unit,
        organization_id=unit.pk,
        now=clock.now(),
        details={"year": year},
    )


def _file(request: SignedInRequest, unit: "Organization", year: int, ending: str) -> HttpResponseBase:
    """Return the file; `?status=-1` marks drafts, `?all=1` adds refused records, always as drafts."""
    if ending not in ("xlsx", "json"):
        raise NotFound
    if year not in reported_years(clock.now().astimezone(CITY_TIME).year):
        raise NotFound
    status = DRAFT if request.GET.get("status") == DRAFT else SUBMITTED
    records = filter_exported(
        iterate_records(request.user, [unit], year), status, include_refused="all" in request.GET
    )
    _record_export(request, unit, year, count_confirmed(request.user, [unit.pk], year))
    name = f"national-{year}.{ending}"
    if ending == "json":
        streamed = StreamingHttpResponse(iterate_json(records, year), content_type="application/json")
        streamed["Content-Disposition"] = f'attachment; filename="{name}"'
        return streamed
    file = TemporaryFile()  # noqa: SIM115 (the response closes it when it is sent)
    write_xlsx(records, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
