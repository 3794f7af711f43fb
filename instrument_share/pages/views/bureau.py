"""Desk of the Science and Technology Bureau."""

from typing import TYPE_CHECKING, Any

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
from instrument_share.web.lists.queues import read_queue
from providers.domain import Completeness, InformationKind
from providers.public import (
    count_reviews_waiting,
    instruments_to_recode,
    owning_units,
    reviews_waiting,
    sort_units,
    years_without_days,
)
from rewards.public import (
    find_voucher_tasks,
    forecasts,
    get_cycles_ahead,
    get_years_to_open,
    inspections_to_record,
    waiting_facts,
)

if TYPE_CHECKING:
    from instrument_share.web.cursor import Page

PER_QUEUE = 20
MAX_UNITS_BEHIND = 6


@login_required
@require_safe
def bureau(request: HttpRequest) -> HttpResponse:
    """Show reviews, admissions, the assessment, vouchers, the least complete units, and recent changes."""
    now = clock.now()
    roles = standing(request.user).roles
    if not roles & {Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}:
        raise Forbidden
    every = owning_units(request.user, now.astimezone(CITY_TIME).date())
    behind = [row for row in sort_units(every, "percent") if row.open]
    appeals, pending = bookings.waiting_appeals(request.user), accounts.organizations_pending(request.user)
    inspections = inspections_to_record(request.user)
    ahead = get_cycles_ahead(request.user, now)
    context = {
        "appeals": read_queue(request, appeals, "appeals", "answer_date", "id", limit=PER_QUEUE),
        "is_officer": Role.BUREAU_OFFICER in roles,
        "reviews": _read_reviews(request),
        "to_recode": instruments_to_recode(request.user).count(),
        "without_days": years_without_days(now.astimezone(CITY_TIME).date()),
        "review_count": count_reviews_waiting(request.user),
        "pending": read_queue(request, pending, "pending", "waiting_since", "id", limit=PER_QUEUE),
        "ahead": ahead,
        "waiting_facts": waiting_facts(request.user),
        "forecasts": forecasts(request.user),
        "years_to_open": get_years_to_open(request.user, now),
        "inspections": read_queue(
            request, inspections, "inspections", "draw_id", "position", "id", limit=PER_QUEUE
        ),
        "voucher_tasks": find_voucher_tasks(request.user),
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


def _read_reviews(request: HttpRequest) -> "Page[Any]":
    """Return the page of reviews; the first one where those of a later page are decided meanwhile."""
    mark = request.GET.get("reviews")
    found = reviews_waiting(request.user, mark, PER_QUEUE)
    return found if found.items or not mark else reviews_waiting(request.user, limit=PER_QUEUE)
