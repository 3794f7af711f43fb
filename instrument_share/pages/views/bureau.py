"""Who is falling behind, what is waiting: the desk of the Science and Technology Bureau."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.pages.unit_table import as_sheet, chosen_units, facets, owning_units
from instrument_share.web import clock
from providers.selectors.reviews import reviews_waiting
from rewards.selectors.desk import next_steps

LISTED = 20


@login_required
@require_safe
def bureau(request: HttpRequest) -> HttpResponse:
    """The units as `unit_table` chooses them; `?export=csv` gives these as a sheet."""
    now = clock.now()
    roles = standing(request.user).roles
    if not roles & {Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}:
        raise Forbidden
    every = owning_units(request.user, now.astimezone(CITY_TIME).date())
    rows = chosen_units(request, every)
    if request.GET.get("export") == "csv":
        return as_sheet(rows)
    reviews = reviews_waiting(request.user)
    pending = accounts.organizations_pending(request.user)
    ahead = next_steps(request.user, now)
    context = {
        "is_officer": Role.BUREAU_OFFICER in roles,
        "reviews": reviews[:LISTED],
        "review_count": len(reviews),
        "pending": pending[:LISTED],
        "pending_count": pending.count(),
        "ahead": ahead,
        "open_findings": sum(each.open_findings for each in ahead),
        "rows": rows,
        "unit_count": len(every),
        "complete_count": sum(row.completeness.percent == 100 for row in every),
        "stale_count": sum(row.stale > 0 for row in every),
        "missing_count": sum(row.missing > 0 for row in every),
        **facets(request, every),
    }
    return render(request, "instrument_share/bureau.html", context)
