"""Statements of a unit, and one statement as page, paper and workbook."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import rules
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.statements.domain.billing import AGE_LIMITS
from bookings.statements.domain.states import MOVES, StatementState, is_overdue
from bookings.statements.forms import StatementFilterForm
from bookings.statements.reports import (
    build_statement_sheet,
    describe_entered_since,
    describe_remark,
    render_statement,
)
from bookings.statements.selectors.accounts import get_account_entered_since, get_present_account
from bookings.statements.selectors.statements import (
    Debt,
    drafts_to_send,
    get_debts,
    get_statement,
    statement_lines,
    statement_notes,
    statement_payments,
    statements_of_unit,
)
from bookings.statements.views.statement_list import (
    KIND,
    build_statement_list,
    export_statements,
    get_payer_name,
    narrow_statements,
)
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookings.statements.models import Statement
    from instrument_share.accounts.models import Organization, User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERMISSIONS = {
    "send": "bookings.manage_statements",
    "answer": "bookings.collect_statement",
    "pay": "bookings.collect_statement",
    "reverse": "bookings.collect_statement",
    "confirm": "bookings.answer_statement",
    "dispute": "bookings.answer_statement",
}


@login_required
@require_safe
def unit_statements(request: SignedInRequest, organization_id: str) -> HttpResponseBase:
    """Show what is owed to a unit, and its statements (`?state=`, `?q=`), or export these (`?format=csv`)."""
    unit = get_managed_unit(request.user, organization_id)
    found = statements_of_unit(request.user, unit.pk)
    form = StatementFilterForm(request)
    text = form.get("q")
    of_payer = found.filter(payer_name__icontains=text) if text else found  # type: ignore[misc]
    listed = narrow_statements(request, of_payer)
    if request.GET.get("format") == "csv":
        return export_statements(request.user, f"statements-{unit.public_id}", listed, unit)
    shown, now = build_statement_list(request, of_payer, listed, of_unit=True), clock.now()
    people_listed(
        actor=request.user,
        what="statements.list",
        people=[one.payer_person_id for one in shown["page"].items],
        now=now,
        subject=unit,
        organization_id=unit.pk,
    )
    debts = get_debts(found, now.astimezone(CITY_TIME).date())
    context = {
        "unit": unit,
        "debts": debts,
        "bands": get_band_names(),
        "picture": _picture(debts) if debts else None,
        "form": form,
        "has_account": get_present_account(unit.pk) is not None,
        "has_drafts": drafts_to_send(found).exists(),
        **shown,
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
    moves, lines = get_possible_moves(request.user, found), list(statement_lines(found))
    context = {
        "statement": found,
        "payer": get_payer_name(found.payer_organization or found.payer_person),
        "lines": lines,
        "notes": statement_notes(found),
        "payments": statement_payments(found),
        "steps": _steps(found),
        "moves": moves if lines else moves - {"send"},
        "is_collected_by_others": manages
        and found.state != StatementState.DRAFT
        and not rules.has_perm("bookings.collect_statement", request.user, found),
        "is_overdue": _is_overdue(found),
        "how_to_quote": describe_remark(found),
        "entered_since": describe_entered_since(get_account_entered_since(found)),
        "up": up,
    }
    return render(request, "bookings/statements/statement.html", context)


def get_possible_moves(viewer: "User", found: "Statement") -> set[str]:
    """Return what the viewer may do with the statement now; of one over nothing, no payment is recorded."""
    moves = {
        move
        for move in MOVES.get(found.state, {})
        if move in PERMISSIONS and rules.has_perm(PERMISSIONS[move], viewer, found)
    }
    return moves if found.owed_yuan else moves - {"pay"}  # type: ignore[attr-defined]


def _is_overdue(found: "Statement") -> bool:
    today = clock.now().astimezone(CITY_TIME).date()
    return is_overdue(found.state, found.pay_by, found.owed_yuan, today)  # type: ignore[attr-defined]


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
    """Show the statement as a paper in the browser, in the language of the page or in `?language=`."""
    found = get_statement(request.user, public_id)
    asked = request.GET.get("language")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else get_language()):
        paper = render_statement(
            found, statement_lines(found), statement_payments(found), get_account_entered_since(found)
        )
    return _file(paper, "application/pdf", f'inline; filename="statement-{found}.pdf"')


@counts_as("export")
@login_required
@require_safe
def statement_xlsx(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Send the statement as a workbook, in the language of the page."""
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
