"""Bringing in a unit's own sheet of instruments: upload, look, take."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.wording import Words
from instrument_share.web import clock
from instrument_share.web.exports import csv_response
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.problem import told
from providers.domain.instruments import FIELDS
from providers.domain.sheet_columns import (
    CHOICES,
    SheetColumn,
    map_of_choices,
    sheet_columns,
)
from providers.domain.sheet_maps import map_read
from providers.domain.sheets import HeadingMissing, SheetProblem
from providers.forms.sheet import SheetForm
from providers.services.imports import ImportReport, Outcome, apply, preview
from providers.services.tables import read_table
from providers.services.uploads import sheet_forget, sheet_keep, sheet_kept
from providers.views.common import carried_out, done, managed_unit, person

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization

MOST_SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, organization_id: str) -> HttpResponse:
    """First a file is chosen; it stays on the server until it is taken, a day at most."""
    unit = managed_unit(request, organization_id)
    form = SheetForm(request.POST or None, request.FILES or None)

    def keep() -> str:
        return sheet_keep(
            actor=person(request),
            organization_id=unit.pk,
            content=form.cleaned_data["sheet"].read(),
            map_text=form.map_text,
            now=clock.now(),
        )

    if request.method == "POST" and (key := carried_out(form, keep)):
        return HttpResponseRedirect(reverse("sheet_preview", args=[unit.public_id, key]))
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/sheet_upload.html", {"unit": unit, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def look(request: HttpRequest, organization_id: str, key: str) -> HttpResponse:
    """What the sheet comes to, row by row; `?c0=`, `?c1=` … say what its columns are. POST takes it."""
    unit = managed_unit(request, organization_id)
    kept = sheet_kept(actor=person(request), organization_id=unit.pk, key=key)
    table = read_table(kept.content)
    columns = sheet_columns(table)
    mapping = map_read(kept.map_text) if kept.map_text else map_of_choices(columns, _chosen(request, columns))
    asked: dict[str, Any] = {
        "actor": person(request),
        "organization_id": unit.pk,
        "table": table,
        "mapping": mapping,
        "now": clock.now(),
    }
    missing: HeadingMissing | None = None
    report: ImportReport | None = None
    try:
        if request.method == "POST":
            report = apply(**asked, partial="partial" in request.POST)
            if report.applied:
                sheet_forget(actor=person(request), organization_id=unit.pk, key=key)
                return _taken(request, unit, report)
        else:
            report = preview(**asked)
    except HeadingMissing as error:
        missing = error
    if report and request.GET.get("export") == "csv":
        return _problems_as_sheet(report)
    context = {
        "unit": unit,
        "has_map": bool(kept.map_text),
        "columns": _shown_columns(request, columns),
        "targets": _targets(),
        "missing": told(missing.message, missing.params) if missing else "",
        "report": report,
        **(_figures(report) if report else {}),
        "export": "?" + urlencode({**request.GET.dict(), "export": "csv"}),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/sheet_look.html", context, status=status)


def _chosen(request: HttpRequest, columns: Iterable[SheetColumn]) -> Mapping[int, str]:
    return {
        place: request.GET[f"c{place}"] for place, _column in enumerate(columns) if f"c{place}" in request.GET
    }


def _shown_columns(
    request: HttpRequest, columns: Iterable[SheetColumn]
) -> list[tuple[str, SheetColumn, str]]:
    """Name of the input, the column, and what it is taken as."""
    return [
        (f"c{place}", column, request.GET.get(f"c{place}", column.recognised))
        for place, column in enumerate(columns)
    ]


def _targets() -> list[tuple[str, str]]:
    names = {name: told("{word}", {"word": Words(spec.label)}) for name, spec in FIELDS.items()}
    return [(code, names.get(code) or _("Original value (10,000 yuan)")) for code in CHOICES]


def _figures(report: ImportReport) -> dict[str, Any]:
    good = [row for row in report.rows if row.outcome is not Outcome.REFUSED]
    entered = {row.number for row in good}
    warnings = [problem for problem in report.problems if problem.warning and problem.row in entered]
    return {
        "errors": report.errors[:MOST_SHOWN],
        "warnings": warnings[:MOST_SHOWN],
        "good": good[:MOST_SHOWN],
        "error_rows": len({problem.row for problem in report.errors}),
        "warning_rows": len({problem.row for problem in warnings}),
        "takes": sum(row.outcome in (Outcome.NEW, Outcome.UPDATED) for row in good),
        "good_count": len(good),
        "most": MOST_SHOWN,
        "counts": report.counts,
    }


def _taken(request: HttpRequest, unit: "Organization", report: ImportReport) -> HttpResponse:
    counts = report.counts
    parts = [
        ngettext("%(n)s draft entered", "%(n)s drafts entered", counts[Outcome.NEW])
        % {"n": counts[Outcome.NEW]},
        ngettext("%(n)s brought up to date", "%(n)s brought up to date", counts[Outcome.UPDATED])
        % {"n": counts[Outcome.UPDATED]},
        ngettext("%(n)s unchanged", "%(n)s unchanged", counts[Outcome.UNCHANGED] + counts[Outcome.KEPT])
        % {"n": counts[Outcome.UNCHANGED] + counts[Outcome.KEPT]},
        ngettext("%(n)s left out", "%(n)s left out", counts[Outcome.REFUSED])
        % {"n": counts[Outcome.REFUSED]},
    ]
    sentence = _("{counts}. Here are the drafts: complete them and submit them for review.").format(
        counts=_(", ").join(parts)
    )
    return done(request, sentence, reverse("unit_instruments", args=[unit.public_id]) + "?state=draft")


def _problems_as_sheet(report: ImportReport) -> HttpResponse:
    heads = [_("Row"), _("Column"), _("Value"), _("What is wrong"), _("What to do")]
    return csv_response("problems", heads, (_cells(problem) for problem in report.problems))


def _cells(problem: SheetProblem) -> list[Any]:
    return [
        problem.row,
        told("{word}", {"word": problem.column}),
        problem.value,
        told(problem.reason.message, problem.reason.params),
        told(problem.remedy.message, problem.remedy.params),
    ]
