"""Import a unit's own sheet: template, upload, preview, import and progress."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from rules import has_perm

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.jobs.selectors import is_worker_running
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.wording import Words
from instrument_share.sheets.reading import MAX_BYTES, read_table
from instrument_share.sheets.table import Table
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import Told, problems_told, told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import formats
from providers.exchange.domain.sheets.column_choices import (
    IN_TEN_THOUSANDS,
    SheetColumn,
    column_choices,
    sheet_columns,
)
from providers.exchange.domain.sheets.reading import HeadingMissing
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.domain.sheets.sheet_types import SheetKind, SheetKindName
from providers.exchange.forms.sheet import SheetForm
from providers.exchange.selectors.sheet_runs import (
    RunState,
    run_of_upload,
    sheet_memory,
    sheet_run,
    sheet_run_states,
    sheet_runs,
)
from providers.exchange.services.imports import PERMISSIONS, ImportReport, Outcome, preview
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_start, upload_map
from providers.exchange.services.taking_back import (
    OF_RULES,
    GoneOn,
    can_take_back,
    find_what_went_on,
    has_published_news,
    sheet_run_take_back,
)
from providers.exchange.services.uploads import sheet_keep, sheet_kept
from providers.exchange.views.sheet_files import (
    PROBLEM_HEADS,
    marked_xlsx,
    problem_cells,
    template_csv,
    template_xlsx,
)
from providers.exchange.views.sheet_words import save_words, words_context
from providers.instruments.selectors.instruments import category_table
from providers.instruments.views.common import managed_unit, person

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.exchange.models import SheetRun

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, organization_id: str) -> HttpResponse:
    """Upload a file of the kind `?kind=`; it is kept for a day at most."""
    unit = accounts.organization(request.user, organization_id)
    kinds = _importable(request, unit)
    kind = kinds.get(request.GET.get("kind", "")) or next(iter(kinds.values()))
    form = SheetForm(request.POST or None, request.FILES or None)

    def keep() -> str:
        return sheet_keep(
            actor=person(request),
            organization_id=unit.pk,
            content=form.cleaned_data["sheet"].read(MAX_BYTES + 1),
            map_text=form.cleaned_data["map"],
            kind=kind,
        )

    if request.method == "POST" and (key := run_service(form, keep)):
        return redirect("sheet_preview", unit.public_id, kind.name.value, key)
    status = 422 if request.method == "POST" else 200
    runs = sheet_runs(request.user, unit.pk)
    states = sheet_run_states(runs)
    context = {
        "unit": unit,
        "form": form,
        "kind": kind,
        "kinds": [
            (told("{w}", {"w": Words(one.label)}), f"?kind={name}", one is kind)
            for name, one in kinds.items()
        ],
        "fields": kind.fields.values(),
        "runs": [(run, states[run.pk].value) for run in runs],
        "is_manager": has_perm("providers.edit_unit", request.user, unit),
        "goes_on": RunState.WAITS in states.values(),
        "kept_days": settings.RETENTION_DAYS["uploads"],
    }
    return render(request, "providers/exchange/sheet_upload.html", context, status=status)


@login_required
@require_safe
def template(request: HttpRequest, organization_id: str, kind: str, ending: str) -> HttpResponse:
    """Serve a template in the reader's language."""
    wanted = _kind(kind)
    _unit_for(request, organization_id, wanted)
    if ending == "csv":
        content, media = template_csv(wanted), "text/csv; charset=utf-8"
    else:
        categories = [(one.code, one.name_zh, one.name_en) for one in category_table()]
        content, media = template_xlsx(wanted, categories), XLSX
    return _download(content, f"{kind}-template.{ending}", media)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def look(request: HttpRequest, organization_id: str, kind: str, key: str) -> HttpResponseBase:
    """Preview the sheet row by row, with columns chosen by `?c0=`, `?c1=` …; POST starts the import."""
    of = _kind(kind)
    unit = _unit_for(request, organization_id, of)
    if run := run_of_upload(person(request), unit.pk, key):
        return redirect("sheet_result", unit.public_id, run.public_id)
    wrong: list[Told] = []
    if "words" in request.POST and not (wrong := save_words(request, unit.pk, of)):
        return redirect_with_message(
            request, _("The words are remembered for your unit."), request.get_full_path()
        )
    content, map_text = sheet_kept(actor=person(request), organization_id=unit.pk, key=key)
    table = read_table(content)
    remembered = sheet_memory(unit.pk, of.name)
    columns, chosen = sheet_columns(table, of, remembered), _chosen(request.GET)
    missing = ""
    report: ImportReport | None = None
    try:
        if request.method == "POST" and not wrong:
            run, report = sheet_run_start(
                actor=person(request),
                organization_id=unit.pk,
                kind=of,
                key=key,
                chosen=chosen,
                partial="partial" in request.POST,
                now=clock.now(),
            )
            if run is not None:
                return redirect("sheet_result", unit.public_id, run.public_id)
        else:
            report = preview(
                actor=person(request),
                organization_id=unit.pk,
                table=table,
                mapping=upload_map(table, map_text, of, chosen, remembered),
                kind=of,
                now=clock.now(),
            )
    except HeadingMissing as error:
        missing = told(error.message, error.params)
    if report and (wanted := request.GET.get("export")):
        return _problems_as_file(report, table, wanted)
    context = {
        "unit": unit,
        "kind": of,
        "has_map": bool(map_text),
        "numbered": "inner_number" in of.fields,
        "remembered": bool(remembered),
        "targets": _targets(of),
        "missing": missing,
        "report": report,
        **_column_groups(columns, chosen),
        **(_figures(report) if report else {}),
        **(words_context(unit.pk, of, report.problems, request.POST, wrong) if report else {}),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/exchange/sheet_look.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, organization_id: str, run_id: str) -> HttpResponse:
    """Show the progress and result of an import; POST imports the next part, where no worker does."""
    unit = accounts.organization(request.user, organization_id)
    run = sheet_run(request.user, unit.pk, run_id)
    if request.method == "POST":
        run = sheet_run_continue(actor=person(request), public_id=run.public_id, now=clock.now())
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(request.path)
    state = sheet_run_states([run])[run.pk]
    if request.htmx and state is not RunState.WAITS:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})  # the page has another title now
    is_public = has_published_news(run)
    may_undo = has_perm("providers.edit_unit", request.user, unit)
    stands = may_undo and can_take_back(run, clock.now()) and not is_public
    went_on = find_what_went_on(run, clock.now()) if stands else []
    context = {
        "unit": unit,
        "run": run,
        "is_own": run.user_id == request.user.pk,
        "state": state.value,
        "has_worker": is_worker_running(clock.now()),
        "refusal": told(run.problem["message"], run.problem["params"]) if run.problem else "",
        "kind": KINDS[run.kind],
        "counts": [(Outcome(name), number) for name, number in run.counts.items() if number],
        "next": _next_page(unit, run.kind),
        "can_take_back": stands and not went_on,
        "may_undo": may_undo,
        "gone_on": told(GoneOn.message, {}) if went_on else "",
        "went_on": problems_told(went_on),
        "is_public": is_public,
        "is_of_rules": run.kind in OF_RULES,
        "has_published": any(run.counts.get(outcome) for outcome in (Outcome.NEW, Outcome.UPDATED)),
    }
    return render(request, "providers/exchange/sheet_result.html", context)


@confirmation_view
def take_back(request: SignedInRequest, organization_id: str, run_id: str) -> Confirmation:
    """Take back an import."""
    unit = managed_unit(request, organization_id)
    run = sheet_run(request.user, unit.pk, run_id)
    page = reverse("sheet_result", args=[unit.public_id, run.public_id])
    return Confirmation(
        heading=_("Undo the import of {day}").format(day=formats.moment(run.started_at)),
        consequences=_take_back_rules(run) if run.kind in OF_RULES else _take_back_drafts(run),
        action=_("Undo the import"),
        perform=lambda: sheet_run_take_back(actor=request.user, public_id=run.public_id, now=clock.now()),
        success=_("The import is undone. Correct the sheet and upload it again."),
        back_address=page,
        form=forms.Form(request.POST if request.method == "POST" else None),
        tone="danger",
    )


def _take_back_rules(run: "SheetRun") -> list[str]:
    return [
        _("Versions of rules that it published are withdrawn: {count}.").format(count=len(run.made)),
        _("It is refused if any of them applies already or has bookings made under it."),
    ]


def _take_back_drafts(run: "SheetRun") -> list[str]:
    changed = sum(bool(made["before"]) for made in run.made)
    new = len(run.made) - changed
    return [
        *([_("Drafts that it made are removed: {count}.").format(count=new)] if new else []),
        *(
            [_("Drafts that it changed get their values from before: {count}.").format(count=changed)]
            if changed
            else []
        ),
        _("It is refused if any of them was changed, submitted or published since."),
    ]


def _column_groups(columns: Sequence[SheetColumn], chosen: Mapping[int, str]) -> dict[str, Any]:
    """Return the columns that wait for a decision, and the others, each with its name and choice."""
    rows = [
        (
            column.known or column.place in chosen,
            (f"c{column.place}", column, chosen.get(column.place, column.recognised)),
        )
        for column in columns
    ]
    return {
        "undecided": [row for is_decided, row in rows if not is_decided],
        "decided": [row for is_decided, row in rows if is_decided],
        "elsewhere": _columns_of_other_kinds(columns, chosen),
    }


def _columns_of_other_kinds(
    columns: Sequence[SheetColumn], chosen: Mapping[int, str]
) -> list[tuple[str, list[str]]]:
    """Return the headings left aside that another kind of sheet takes, by that kind."""
    headings: dict[str, list[str]] = {}
    for column in columns:
        if column.other_kind is not None and not chosen.get(column.place):
            headings.setdefault(column.other_kind.value, []).append(column.heading)
    return list(headings.items())


def _kind(name: str) -> SheetKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _importable(request: HttpRequest, unit: "Organization") -> dict[str, SheetKind]:
    """Return the kinds of sheets that the reader may import into the unit. Raises Forbidden without any."""
    may = {name: one for name, one in KINDS.items() if has_perm(PERMISSIONS[one.name], request.user, unit)}
    if not may:
        raise Forbidden
    return may


def _unit_for(request: HttpRequest, public_id: str, kind: SheetKind) -> "Organization":
    """Return the unit for those who may import this kind of sheet. Raises NotFound and Forbidden."""
    unit = accounts.organization(request.user, public_id)
    require(request.user, PERMISSIONS[kind.name], unit)
    return unit


NEXT_PAGES: dict[str, Callable[[], tuple[str, str]]] = {}
"""For kinds of other apps: the address and title of the page with the imported data."""


def _next_page(unit: "Organization", name: str) -> tuple[str, str]:
    """Return the address and title of the page with the imported data."""
    if name in NEXT_PAGES:
        return NEXT_PAGES[name]()
    if name == SheetKindName.NEWS:
        return reverse("unit_publications", args=[unit.public_id, "news"]), _("The unit's news")
    address = reverse("unit_instruments", args=[unit.public_id])
    if name == SheetKindName.INSTRUMENTS:
        return f"{address}?state=draft", _("The drafts, to complete and submit")
    return address, _("Instruments of the unit")


def _chosen(params: QueryDict) -> Mapping[int, str]:
    return {
        int(name[1:]): str(choice)
        for name, choice in params.items()
        if name.startswith("c") and name[1:].isdecimal() and len(name) < 5
    }


def _targets(kind: SheetKind) -> list[tuple[str, str]]:
    names = {name: told("{word}", {"word": Words(one.label)}) for name, one in kind.fields.items()}
    return [
        (code, names.get(code) or _("Original value (10,000 yuan)"))
        for code in column_choices(kind)
        if code in names or code.endswith(IN_TEN_THOUSANDS)
    ]


def _figures(report: ImportReport) -> dict[str, Any]:
    good = [row for row in report.rows if row.outcome is not Outcome.REFUSED]
    entered = {row.number for row in good}
    warnings = [problem for problem in report.problems if problem.warning and problem.row in entered]
    counts = report.counts
    return {
        "errors": report.errors[:MOST_SHOWN],
        "warnings": warnings[:MOST_SHOWN],
        "good": good[:MOST_SHOWN],
        "error_count": len(report.errors),
        "error_rows": counts[Outcome.REFUSED],
        "notices": [*(told(one.message, one.params) for one in report.notices), *report.effects],
        "warning_rows": len({problem.row for problem in warnings}),
        "takes": report.left,
        "good_count": len(good),
        "most": MOST_SHOWN,
        "new": counts[Outcome.NEW],
        "changed": counts[Outcome.UPDATED],
        "unchanged": counts[Outcome.UNCHANGED] + counts[Outcome.KEPT],
    }


def _problems_as_file(report: ImportReport, table: Table, ending: str) -> HttpResponseBase:
    if ending == "csv":
        return csv_response("problems", PROBLEM_HEADS, map(problem_cells, report.problems))
    return _download(marked_xlsx(table, report.problems), "problems.xlsx", XLSX)


def _download(content: bytes, name: str, media: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": disposition})
