"""Declare facts by a sheet: give it out, read it, show what is wrong row by row, and declare it whole."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.kernel.errors import DomainError, Forbidden, Problem
from instrument_share.sheets.reading import MAX_BYTES, read_table
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.problem import status_of, told
from instrument_share.web.signed_in import SignedInRequest
from providers.public import instruments
from rewards.declarations.domain.errors import SheetRefused
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.domain.sheet import DeclaredRow, read_fact_sheet
from rewards.declarations.forms import FactSheetForm
from rewards.declarations.registry import get_frozen_date
from rewards.declarations.reports import KINDS, build_fact_sheet, get_known, get_titles
from rewards.declarations.selectors import declarable_units, known_codes
from rewards.declarations.services import facts_check, facts_declare
from rewards.declarations.views.facts import describe_declared, require_year

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument

SALT = "rewards.declarations.sheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def fact_sheet_template(request: SignedInRequest, year: int) -> HttpResponse:
    """Offer the sheet with a row for each fact that the viewer could declare."""
    require_year(year)
    units, own = _require_own(request)
    answer = HttpResponse(build_fact_sheet(units, own, known_codes(), clock.now()), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="declared-facts-{year}.xlsx"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def fact_sheet(request: SignedInRequest, year: int) -> HttpResponse:
    """Read a sheet of facts and show what it says; declare it when that is confirmed."""
    require_year(year)
    units, own = _require_own(request)
    context: dict[str, Any] = {"year": year, "frozen_date": get_frozen_date(year), "form": FactSheetForm()}
    status = 200
    if request.method == "POST":
        form = FactSheetForm(request.POST, request.FILES)
        context["form"] = form
        try:
            if "rows" in request.POST:
                return _declare(request, year)
            if form.is_valid():
                context |= _preview(request, year, form.cleaned_data["sheet"].read(MAX_BYTES + 1), units, own)
            status = 200 if form.is_valid() else 422
        except DomainError as wrong:
            form.is_valid()
            form.errors.clear()
            add_problems(form, wrong)
            status = status_of(wrong)
    return render(request, "rewards/declarations/fact_sheet.html", context, status=status)


def _require_own(request: SignedInRequest) -> "tuple[list[Organization], list[Instrument]]":
    """Return the units of which the viewer declares facts, and their instruments. Raises Forbidden."""
    units = declarable_units(request.user)
    if not units:
        raise Forbidden
    own = instruments(request.user).filter(organization__in=units)
    return units, list(own.order_by("organization_id", "inner_number"))


def _preview(
    request: SignedInRequest,
    year: int,
    content: bytes,
    units: "list[Organization]",
    own: "list[Instrument]",
) -> dict[str, Any]:
    codes = known_codes()
    rows, wrong = read_fact_sheet(read_table(content).rows, get_known(units, own, codes))
    refused = facts_check(actor=request.user, year=year, rows=rows, now=clock.now())
    names = {unit.pk: unit for unit in units}
    numbers = {each.public_id: each.inner_number for each in own}
    titles = get_titles(codes)
    shown: dict[int, dict[str, Any]] = {
        row.row: {
            "declared": row,
            "unit": names[row.organization_id],
            "fact": KINDS[row.kind],
            "evidence": row.evidence,
            "what": numbers.get(row.instrument) or titles.get((row.kind, row.code), ""),
            "problems": _problems(refused.get(row.row)),
        }
        for row in rows
    }
    shown |= {
        number: {**each._asdict(), "problems": [told(each.problem.message, each.problem.params)]}
        for number, each in wrong.items()
    }
    is_good = bool(rows) and not (wrong or refused)
    return {
        "rows": sorted(shown.items()),
        "wrong": len(wrong) + len(refused),
        "signed": signing.dumps([year, [_plain(row) for row in rows]], salt=SALT) if is_good else "",
    }


def _problems(refusal: DomainError | None) -> list[str]:
    """Return what refuses a row, in words."""
    if refusal is None:
        return []
    found = refusal.problems or [Problem(refusal.code, refusal.message, refusal.params)]
    return [told(each.message, each.params) for each in found]


def _plain(row: DeclaredRow) -> list[Any]:
    figure, day = row.figure, row.valid_through
    facts = [row.row, row.organization_id, row.kind.value, row.code, row.instrument]
    return [*facts, None if figure is None else str(figure), row.evidence, day and day.isoformat()]


def _declare(request: SignedInRequest, year: int) -> HttpResponse:
    """Declare the rows that the page had shown. Raises SheetRefused."""
    try:
        shown, plain = signing.loads(request.POST["rows"], salt=SALT)
    except signing.BadSignature:
        raise SheetRefused from None
    if shown != year:
        raise SheetRefused
    rows = [
        DeclaredRow(
            number,
            unit,
            FactKind(kind),
            code,
            instrument,
            None if figure is None else Decimal(figure),
            evidence,
            date.fromisoformat(day) if day else None,
        )
        for number, unit, kind, code, instrument, figure, evidence, day in plain
    ]
    facts_declare(actor=request.user, year=year, rows=rows, now=clock.now())
    address = reverse("declared_facts", args=[year])
    return redirect_with_message(request, describe_declared(year, len(rows)), address)
