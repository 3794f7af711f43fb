"""Comparison of up to four instruments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.pages.catalogue.comparison import build_columns, build_deciding_rows, build_other_rows
from instrument_share.pages.catalogue.search import MAX_COMPARED, parse_compared_ids
from instrument_share.web import clock
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share_among_visitors


@require_safe
@read_from_replica
@share_among_visitors
def compare(request: HttpRequest) -> HttpResponse:
    """Compare `?ids=INS-…,INS-…` in that order; invisible or unknown ids are left out."""
    now = clock.now()
    columns = build_columns(request.user, parse_compared_ids(request.GET.get("ids", "")), now)
    context = {
        "columns": columns,
        "groups": [
            (_("Key facts"), build_deciding_rows(columns)),
            (_("Other facts"), build_other_rows(columns)),
        ],
        "most": MAX_COMPARED,
    }
    return render(request, "pages/compare.html", context)
