"""Up to four instruments side by side: which of them is the right one?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.pages.comparison import columns_of, compared_rows
from instrument_share.pages.search import MOST_COMPARED, compared
from instrument_share.web import clock


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """`?ids=INS-…,INS-…`, in that order. What is not visible, or not there, is left out."""
    now = clock.now()
    columns = columns_of(request.user, compared(request.GET.get("ids", "")), now)
    context = {"columns": columns, "rows": compared_rows(columns), "most": MOST_COMPARED}
    return render(request, "pages/compare.html", context)
