"""Pages of the rows that figures of an assessment were made of, other than hours and income."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.domain import BookingState, Rating
from bookings.public import requests_counted
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.wording import word
from instrument_share.web import cursor
from instrument_share.web.responses.problem import told
from providers.public import completeness_of_year
from rewards.assessment.domain.counting import RATING_FIGURES
from rewards.assessment.selectors import get_frozen_completeness, get_frozen_decisions, get_rated_logs
from rewards.assessment.views.frozen_logs import build_log_rows
from rewards.assessment.views.results import get_visible_assessment
from rewards.cycle.selectors.browsing import viewable_booking_ids
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from rewards.assessment.models import UnitAssessment

PER_PAGE = 50
OLDEST_FIRST = ("requested_at", "id")


@require_safe
def ratings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the frozen logs whose ratings make up a unit's satisfaction."""
    found = get_visible_assessment(request, public_id)
    logs = get_rated_logs(request.user, found)
    numbers = Counter(log["rating"] for log in logs)
    chosen = request.GET.get("show", "")
    context = {
        **_context(found, "satisfaction"),
        **build_log_rows(request, found.cycle, [log for log in logs if chosen in ("", log["rating"])]),
        "tabs": [
            (_("All"), "?", not chosen, len(logs)),
            *(
                (told("{rating}", {"rating": word(each)}), f"?show={each}", chosen == each, numbers[each])
                for each in Rating
            ),
        ],
        "number": len(logs),
        "total": sum(RATING_FIGURES[log["rating"]] for log in logs),
    }
    for log in context["page"].items:
        log["figure"] = RATING_FIGURES[log["rating"]]
    name_as_frozen(found.cycle, [], [log["instrument"] for log in context["page"].items])
    return render(request, "rewards/assessment/ratings.html", context)


@require_safe
def decisions(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the requests that a unit decided in time or let lapse, beside their frozen numbers."""
    found = get_visible_assessment(request, public_id)
    rows = requests_counted(found.organization_id, found.cycle.year)
    lapsed = rows.filter(state=BookingState.LAPSED)
    decided = rows.exclude(state=BookingState.LAPSED)
    chosen = request.GET.get("show", "")
    page = cursor.page(
        {"decided": decided, "lapsed": lapsed}.get(chosen, rows),
        ordering=OLDEST_FIRST,
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    name_as_frozen(found.cycle, [], [one.instrument for one in page.items])
    now = decided.count(), lapsed.count()
    context = {
        **_context(found, "decision_timeliness"),
        "page": page,
        "tabs": [
            (_("All"), "?", chosen not in ("decided", "lapsed"), sum(now)),
            (_("Decided in time"), "?show=decided", chosen == "decided", now[0]),
            (_("Lapsed"), "?show=lapsed", chosen == "lapsed", now[1]),
        ],
        "frozen": get_frozen_decisions(found),
        "now": now,
        "opens": viewable_booking_ids(request.user, [one.public_id for one in page.items]),
    }
    return render(request, "rewards/assessment/decisions.html", context)


@require_safe
def completeness(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a unit's kinds of information at the month ends of the year, beside their frozen numbers."""
    found = get_visible_assessment(request, public_id)
    frozen = get_frozen_completeness(found)
    judged = completeness_of_year([found.organization_id], found.cycle.year)[found.organization_id]
    rows = list(zip(judged, frozen, strict=False))
    context = {
        **_context(found, "completeness"),
        "rows": rows,
        "total": sum(frozen),
        "differ": [month for month, complete in rows if month.complete != complete],
    }
    return render(request, "rewards/assessment/completeness_months.html", context)


def _context(found: "UnitAssessment", measure: str) -> dict[str, Any]:
    """Return what every page of rows says of a figure. Raises NotFound where the policy has no such one."""
    indicators = [each for each in found.indicators.all() if each.measure == measure]
    return {
        "assessment": found,
        "cycle": found.cycle,
        "policy": get_policy_rules(found.cycle.policy),
        "indicator": require_found(indicators[0] if indicators else None),
    }
