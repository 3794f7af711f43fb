"""The journal: search, and what was found as a table for other programs."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import region_of, standing
from instrument_share.operations.forms import JournalForm
from instrument_share.operations.selectors.journal import NEWEST_FIRST, find_entries
from instrument_share.operations.selectors.journal_rows import JournalRow, describe_entries, iterate_rows
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.personal.services.disclosures import people_disclosed, people_listed
from instrument_share.web import clock, cursor
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual

PER_PAGE = 50
MAX_EXPORTED = 10_000


@login_required
@require_safe
def journal(request: SignedInRequest) -> HttpResponse:
    """Search the journal by who acted, what it is about, the action and the day."""
    require(request.user, "site.read_journal")
    form = JournalForm(request.GET)
    context: dict[str, Any] = {"form": form, **_scope(request)}
    if not form.is_valid():
        return render(request, "operations/journal.html", context, status=422)
    page = cursor.page(
        find_entries(request.user, form.wanted),
        ordering=NEWEST_FIRST,
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    named = [entry.actor_id for entry in page.items]
    people_listed(actor=request.user, what="journal.list", people=named, now=clock.now())
    query = request.GET.copy()
    query.pop("cursor", None)
    context |= {
        "page": page,
        "rows": describe_entries(request.user, page.items),
        "as_csv": f"{reverse('journal_csv')}?{query.urlencode()}",
        "most": MAX_EXPORTED,
    }
    return render(request, "operations/journal.html", context)


@counts_as("export")
@login_required
@require_safe
def journal_csv(request: SignedInRequest) -> HttpResponseBase:
    """Return the newest rows of a search as CSV; network addresses for administrators only."""
    require(request.user, "site.read_journal")
    form = JournalForm(request.GET)
    if not form.is_valid():
        return render(request, "operations/journal.html", {"form": form, **_scope(request)}, status=422)
    with_address = _is_administrator(request)
    heads = [
        _("Time"),
        _("By whom"),
        _("Action"),
        _("Code of the action"),
        _("Kind of subject"),
        _("Id"),
        _("What it concerns"),
        _("Organization"),
        _("Details"),
        *([_("Network address")] if with_address else []),
    ]
    found = find_entries(request.user, form.wanted)
    count = found.order_by()[:MAX_EXPORTED].count()
    people_disclosed(actor=request.user, what="journal.export", count=count, now=clock.now())
    rows = iterate_rows(request.user, found, MAX_EXPORTED)
    return csv_response("journal", heads, _cells(rows, with_address=with_address))


def _cells(rows: Iterator[JournalRow], *, with_address: bool) -> Iterator[list[Any]]:
    for row in rows:
        entry = row.entry
        yield [
            entry.at,
            row.actor,
            row.act,
            entry.action,
            row.kind,
            entry.subject_id,
            row.subject_name,
            bilingual(row.organization, "name") if row.organization else "",
            entry.details,
            *([entry.address] if with_address else []),
        ]


def _is_administrator(request: SignedInRequest) -> bool:
    return standing(request.user).holds(Role.SYSADMIN)


def _scope(request: SignedInRequest) -> dict[str, Any]:
    """Return what the page says about how far the reader sees."""
    is_administrator = _is_administrator(request)
    region = region_of(request.user, Role.BUREAU_OFFICER)
    return {
        "is_administrator": is_administrator,
        "is_of_district": not is_administrator and not region.whole,
        "tabs": build_system_tabs("journal") if is_administrator else [],
    }
