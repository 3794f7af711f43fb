"""Statements of a unit, and one statement as page, paper and workbook."""

from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bookings.statements.domain.billing import AGE_LIMITS, to_fen
from bookings.statements.domain.states import MOVES, StatementState
from bookings.statements.reports import build_statement_sheet, render_statement
from bookings.statements.selectors.statements import (
    Debt,
    get_debts,
    get_statement,
    statement_lines,
    statement_payments,
    statements_of_unit,
)
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock, cursor
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from bookings.statements.models import Statement
    from instrument_share.accounts.models import Organization, User

PER_PAGE = 30
ORDERING = ("-month", "-number", "-id")
KIND = "bookings.statement"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERMISSIONS = {
    "send": "bookings.manage_statements",
    "answer": "bookings.manage_statements",
    "pay": "bookings.manage_statements",
    "reverse": "bookings.manage_statements",
    "confirm": "bookings.answer_statement",
    "dispute": "bookings.answer_statement",
}


@login_required
@require_safe
def unit_statements(request: SignedInRequest, organization_id: str) -> HttpResponseBase:
    """Show what is owed to a unit, and its statements (`?state=`), or export these (`?format=csv`)."""
    unit = get_managed_unit(request.user, organization_id)
    found = statements_of_unit(request.user, unit.pk)
    chosen = request.GET.get("state", "")
    if chosen in set(StatementState):
        shown = found.filter(state=chosen)
    else:
        shown, chosen = found, ""
    if request.GET.get("format") == "csv":
        return export_statements(request.user, f"statements-{unit.public_id}", shown)
    today = clock.now().astimezone(CITY_TIME).date()
    debts = get_debts(found, today)
    context = {
        "unit": unit,
        "debts": debts,
        "bands": get_band_names(),
        "picture": _picture(debts) if debts else None,
        "page": cursor.page(shown, ordering=ORDERING, cursor=request.GET.get("cursor"), limit=PER_PAGE),
        "today": today,
        "is_filtered": bool(chosen),
        "tabs": _tabs(found, chosen),
        "has_drafts": found.filter(state=StatementState.DRAFT).exists(),
        "csv_address": f"?state={chosen}&format=csv",
    }
    return render(request, "bookings/statements/unit_statements.html", context)


def get_managed_unit(viewer: "User", public_id: str) -> "Organization":
    """Return the unit if the viewer draws up its statements. Raises NotFound, Forbidden."""
    unit = organization(viewer, public_id)
    require(viewer, "bookings.manage_statements", SimpleNamespace(organization_id=unit.pk))
    return unit


def get_band_names() -> list[str]:
    """Return the names of the bands of age: 0–30 days … over 90 days."""
    starts = (0, *(limit + 1 for limit in AGE_LIMITS[:-1]))
    bands = [
        _("{first}–{last} days").format(first=first, last=last)
        for first, last in zip(starts, AGE_LIMITS, strict=True)
    ]
    return [*bands, _("Over {days} days").format(days=AGE_LIMITS[-1])]


def _picture(debts: "Sequence[Debt]") -> dict[str, Any]:
    return {
        "type": "stacked",
        "horizontal": True,
        "unit": _("yuan"),
        "categories": [get_payer_name(debt.payer) for debt in debts],
        "series": [
            {"name": name, "data": [debt.bands[band] for debt in debts]}
            for band, name in enumerate(get_band_names())
        ],
    }


def get_payer_name(payer: Any) -> str:
    """Return the name of an organization or a person that pays."""
    return bilingual(payer, "name") if hasattr(payer, "name_zh") else str(payer.name)


def _tabs(found: "QuerySet[Statement]", chosen: str) -> list[tuple[Any, ...]]:
    states = Counter(found.values_list("state", flat=True))
    return [
        (_("All"), "?", not chosen, states.total()),
        *(
            (labels.label(KIND, one.value).text, f"?state={one.value}", chosen == one, states[one])
            for one in StatementState
        ),
    ]


def export_statements(viewer: "User", name: str, found: "QuerySet[Statement]") -> HttpResponseBase:
    """Return statements as CSV."""
    heads = [
        _("Number"),
        _("Unit"),
        _("Who pays"),
        _("Month"),
        _("State"),
        _("Amount"),
        pgettext("statement", "Paid"),
        _("Outstanding"),
        _("Due"),
    ]
    people_disclosed(actor=viewer, what="statements.export", count=found.count(), now=clock.now())
    rows = (
        [
            str(one),
            bilingual(one.organization, "name"),
            get_payer_name(one.payer_organization or one.payer_person),
            f"{one.month:%Y-%m}",
            labels.label(KIND, one.state).text,
            *map(to_fen, (one.total_yuan, one.paid_yuan, one.owed_yuan)),  # type: ignore[attr-defined]
            one.due_date,
        ]
        for one in found.order_by(*ORDERING)
    )
    return csv_response(name, heads, rows)


@login_required
@require_safe
def statement(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a statement with its lines, payments and questions."""
    found = get_statement(request.user, public_id)
    manages = rules.has_perm("bookings.manage_statements", request.user, found)
    up = (
        reverse("unit_statements", args=[found.organization.public_id])
        if manages
        else page_address("my_statements")
    )
    context = {
        "statement": found,
        "payer": get_payer_name(found.payer_organization or found.payer_person),
        "lines": statement_lines(found),
        "notes": found.notes.select_related("written_by").order_by("written_at", "id"),
        "payments": statement_payments(found),
        "steps": _steps(found),
        "moves": get_possible_moves(request.user, found),
        "is_overdue": _is_overdue(found),
        "up": up,
    }
    return render(request, "bookings/statements/statement.html", context)


def get_possible_moves(viewer: "User", found: "Statement") -> set[str]:
    """Return what the viewer may do with the statement now."""
    return {
        move
        for move in MOVES.get(found.state, {})
        if move in PERMISSIONS and rules.has_perm(PERMISSIONS[move], viewer, found)
    }


def _is_overdue(found: "Statement") -> bool:
    today = clock.now().astimezone(CITY_TIME).date()
    return bool(found.due_date and found.due_date < today and found.owed_yuan > 0)  # type: ignore[attr-defined]


def _steps(found: "Statement") -> "list[tuple[Any, str, Any]]":
    is_disputed = found.state == StatementState.DISPUTED
    answered = labels.label(KIND, found.state).text if is_disputed else _("Confirmed")
    at = (found.drafted_at, found.sent_at, found.confirmed_at, found.settled_at)
    names = (_("Drafted"), pgettext("statement", "Sent"), answered, _("Settled"))
    waiting = next((number for number, when in enumerate(at) if when is None), len(at))
    if found.settled_at:
        waiting = len(at)
    return [
        (name, "done" if number < waiting else "now" if number == waiting else "next", when and moment(when))
        for number, (name, when) in enumerate(zip(names, at, strict=True))
    ]


@counts_as("export")
@shown_by_browser
@login_required
@require_safe
def statement_pdf(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the statement as a paper in the browser."""
    found = get_statement(request.user, public_id)
    return _file(
        render_statement(found, statement_lines(found), statement_payments(found)),
        "application/pdf",
        f'inline; filename="statement-{found}.pdf"',
    )


@counts_as("export")
@login_required
@require_safe
def statement_xlsx(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Send the statement as a workbook."""
    found = get_statement(request.user, public_id)
    return _file(
        build_statement_sheet(found, statement_lines(found), statement_payments(found)),
        XLSX,
        f'attachment; filename="statement-{found}.xlsx"',
    )


def _file(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = disposition
    response["Cache-Control"] = "private, no-cache"
    return response
