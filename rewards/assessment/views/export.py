"""The units of a year as CSV."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.web.edge.limits import counts_as
from rewards.assessment.views import unit_tables
from rewards.cycle.selectors.cycles import get_cycle


@counts_as("export")
@require_safe
def units_csv(request: HttpRequest, year: int) -> HttpResponse:
    """Return the units of a year as CSV, sorted as on the page."""
    require(request.user, "rewards.trace_any")
    found = get_cycle(request.user, year)
    answer = HttpResponse(
        unit_tables.build_csv(unit_tables.get_assessments(request, found)),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="assessment-{year}.csv"'
    return answer
