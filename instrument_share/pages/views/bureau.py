"""Desk of the Science and Technology Bureau."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import clock
from providers.domain import Completeness, InformationKind
from providers.public import (
    instruments_to_recode,
    owning_units,
    reviews_waiting,
    sort_units,
    years_without_days,
)
from rewards.public import (
    forecasts,
    get_cycles_ahead,
    get_years_to_open,
    inspections_to_record,
    waiting_facts,
)

MAX_LISTED = 20
MAX_UNITS_BEHIND = 6


@login_required
@require_safe
def bureau(request: HttpRequest) -> HttpResponse:
    """Show reviews, admissions, the assessment, the least complete units, and recent changes."""
    now = clock.now()
    roles = standing(request.user).roles
    if not roles & {Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}:
        raise Forbidden
    every = owning_units(request.user, now.astimezone(CITY_TIME).date())
    behind = [row for row in sort_units(every, "percent") if row.open]
    reviews = reviews_waiting(request.user)
    pending = accounts.organizations_pending(request.user)
    ahead = get_cycles_ahead(request.user, now)
    context = {
        "appeals": bookings.waiting_appeals(request.user)[:MAX_LISTED],
        "is_officer": Role.BUREAU_OFFICER in roles,
        "reviews": reviews[:MAX_LISTED],
        "to_recode": instruments_to_recode(request.user).count(),
        "without_days": years_without_days(now.astimezone(CITY_TIME).date()),
        "review_count": len(reviews),
        "pending": pending[:MAX_LISTED],
        "pending_count": pending.count(),
        "ahead": ahead,
        "waiting_facts": waiting_facts(request.user),
        "forecasts": forecasts(request.user),
        "years_to_open": get_years_to_open(request.user, now),
        "inspections": inspections_to_record(request.user)[:MAX_LISTED],
        "open_findings": sum(each.open_findings for each in ahead),
        "behind": behind[:MAX_UNITS_BEHIND],
        "behind_count": len(behind),
        "unit_count": len(every),
        "complete_count": len(every) - len(behind),
        "stale_count": sum(row.stale > 0 for row in every),
        "missing_count": sum(row.missing > 0 for row in every),
        "changed": [row for row in every if row.changes],
        "by_kind": [
            (kind, sum(row.kind(kind).state is not Completeness.COMPLETE for row in every))
            for kind in InformationKind
        ],
    }
    return render(request, "pages/bureau.html", context)
