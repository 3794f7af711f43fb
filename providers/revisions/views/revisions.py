"""Pages of the revisions of a row."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import NotFound
from instrument_share.web import cursor
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.problem import told
from providers.revisions import selectors as revision_selectors
from providers.revisions.selectors import RevisedRow, compare_revisions, revised_row

PER_PAGE = 30


@login_required
@require_safe
def revisions(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show who changed what and when, newest first."""
    found = _revised_row(request, public_id)
    page = cursor.page(
        found.rows(),
        ordering=("-history_date", "-history_id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        **_heading(found),
        "page": page,
        "revisions": revision_selectors.revisions(found, page.items),
        "decisions": journal.decisions(found.subject, found.organization.pk),
    }
    return render(request, "providers/revisions/revisions.html", context)


@login_required
@require_safe
def revision(request: HttpRequest, public_id: str, revision_id: int) -> HttpResponse:
    """Show a revision beside the one before it, or beside that of `?with=`."""
    found = _revised_row(request, public_id)
    other = request.GET.get("with", "")
    with_id = parse_number(other)
    if other and with_id is None:
        raise NotFound
    compared = compare_revisions(found, revision_id, with_id)
    context = {
        **_heading(found),
        "compared": compared,
        "states": [found.kind.state(row) for row in (compared.before, compared.after)],
    }
    return render(request, "providers/revisions/revision.html", context)


def _revised_row(request: HttpRequest, public_id: str) -> RevisedRow:
    found = revised_row(request.user, public_id)
    require(request.user, "providers.see_revisions", found.subject)
    return found


def _heading(revised: RevisedRow) -> dict[str, Any]:
    """Return the row's name and address for the page."""
    return {
        "of": revised,
        "name": told("{name}", {"name": revised.kind.title(revised.subject)}),
        "address": revised.kind.address(revised.subject),
    }
