"""Public page of a publication."""

from typing import Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.journal import selectors as journal
from instrument_share.pages.views.units import find_unit_page
from instrument_share.web.text.formats import in_english, name_columns
from providers import public as providers
from providers.domain import PublicationKind
from providers.public import STATEMENT_NAMES


@require_safe
def publication(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a publication; 410 with the date if it was withdrawn."""
    found = providers.publication_at(request.user, public_id)
    row: Any = found.publication
    context: dict[str, Any] = {
        "publication": row,
        "kind": found.kind.value,
        "kind_title": providers.TITLES[found.kind][0],
        "unit": row.organization,
        "unit_page": find_unit_page(request.user, row.organization),
    }
    if found.gone:
        return render(request, "pages/publication_gone.html", context, status=410)
    may_edit = rules.has_perm("providers.edit_unit", request.user, row)
    missing = providers.tell_what_is_missing(found.kind, row) if may_edit else []
    may_know = rules.has_perm("providers.see_revisions", request.user, row)
    context |= {
        "texts": _texts(row, found.kind),
        "may_edit": may_edit,
        "missing": missing,
        "is_publishable": row.published_at is None and not missing,
        "may_know": may_know,
        "decisions": journal.decisions(row, row.organization_id) if may_know else [],
    }
    if found.kind is PublicationKind.CASE:
        context["figures"] = bookings.get_case_figures([row.pk]).get(row.pk)
        used = providers.instruments(request.user).filter(service_cases=row)
        context["instruments"] = used.order_by(*name_columns(), "pk")
    return render(request, "pages/publication.html", context)


def _texts(row: Any, kind: PublicationKind) -> list[dict[str, Any]]:
    """Return the texts side by side: the reader's language first, the other one if written."""
    names = STATEMENT_NAMES if kind is PublicationKind.OPENNESS else ()
    made = []
    for language, code in (("zh", "zh-Hans"), ("en", "en")):
        parts = {name: getattr(row, f"{name}_{language}") for name in names}
        body = getattr(row, f"body_{language}")
        if language == "zh" or body or any(parts.values()):
            title = getattr(row, f"title_{language}") or row.title_zh
            made.append({"language": code, "title": title, "parts": parts, "body": body})
    return made[::-1] if in_english() else made
