"""Pages of forecasts: the units of a year, and one unit."""

from typing import TYPE_CHECKING, Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import region_of
from instrument_share.jobs.selectors import WorkState
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from rewards.assessment.views.indicators import build_groups, build_improvements, build_lines
from rewards.assessment.views.results import build_months
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors.scope import managed_units
from rewards.forecast.selectors import (
    forecast_state,
    get_forecast,
    get_indicators,
    list_points,
    unit_forecasts,
)
from rewards.forecast.services import forecast_start
from rewards.policy.domain.policy import FULL_SCORE
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from rewards.forecast.models import Forecast


@require_safe
def forecast(request: HttpRequest, year: int) -> HttpResponse:
    """Show what the year would give each unit that the viewer may see."""
    require_part(request.user)
    now = clock.now()
    found = get_forecast(year, now)
    context = {
        **_context(request, found),
        "rows": unit_forecasts(request.user).filter(forecast=found.pk),
        "runs": rules.has_perm("rewards.run_cycle", request.user),
        "sees_bureau": bool(region_of(request.user)),
        "work": forecast_state(found).value,
    }
    return render(request, "rewards/forecast/forecast.html", context)


@require_safe
def unit_forecast(request: HttpRequest, year: int, public_id: str) -> HttpResponse:
    """Show what the year would give one unit, and what would improve it."""
    require_part(request.user)
    now = clock.now()
    forecast = get_forecast(year, now)
    units = unit_forecasts(request.user).filter(forecast=forecast.pk)
    found = require_found(units.filter(organization__public_id=public_id).first())
    require(request.user, "rewards.see_assessment", found)
    assert forecast.policy is not None  # a computed forecast has one
    policy = get_policy_rules(forecast.policy)
    lines = build_lines(get_indicators(found), policy, list_points(forecast))
    manages = found.organization_id in managed_units(request.user)
    context = {
        **_context(request, forecast),
        "unit": found,
        "full_score": FULL_SCORE,
        "groups": build_groups(lines),
        "improvements": build_improvements(lines, public_id if manages else ""),
        "months": build_months(found),
    }
    return render(request, "rewards/forecast/unit_forecast.html", context)


def _context(request: HttpRequest, forecast: "Forecast") -> dict[str, Any]:
    return {
        "forecast": forecast,
        "policy": get_policy_rules(forecast.policy) if forecast.policy else None,
        "borrowed": forecast.basis_year not in (None, forecast.year),
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
    }


@confirmation_view
def forecast_compute(request: SignedInRequest, year: int) -> Confirmation:
    """Have a forecast computed anew."""
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    found = get_forecast(year, now)
    under_way = _("It is being computed already.")
    return Confirmation(
        heading=_("{year}: recompute the forecast").format(year=year),
        consequences=[
            _("The logs, information and facts of now are counted; the forecast so far is replaced."),
            *([under_way] if forecast_state(found) is WorkState.RUNS else []),
        ],
        action=_("Compute"),
        perform=lambda: forecast_start(actor=request.user, year=year, now=now),
        success=_("The forecast is being computed. Reload the page in a few minutes."),
        back_address=reverse("forecast", args=[year]),
    )
