"""Compute years that are not frozen as they would be assessed now."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_ids
from instrument_share.jobs.selectors import WorkState
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.kernel.errors import require_found
from rewards.assessment.domain.outcome import UnitYear, count_year, settle_year
from rewards.assessment.services.result_rows import (
    build_indicator_figures,
    build_unit_figures,
    build_year_figures,
)
from rewards.cycle.services.spooled import SpooledYear
from rewards.findings.domain.rulings import Rulings
from rewards.forecast.models import Forecast, UnitForecast
from rewards.forecast.selectors import forecast_state, get_basis, years_to_forecast
from rewards.forecast.tasks import FORECAST_JOB
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def forecast_start(*, actor: "User", year: int, now: datetime) -> Forecast:
    """Have the forecast of a year computed anew by a job; while one waits or runs, nothing is added."""
    require(actor, "rewards.run_cycle")
    require_found(year if year in years_to_forecast(now) and get_basis(year) else None)
    Forecast.objects.get_or_create(year=year)
    forecast = Forecast.objects.select_for_update().get(year=year)
    if forecast_state(forecast) is WorkState.RUNS:
        return forecast
    _enqueue(forecast)
    record(actor=actor, action="forecast.started", subject=forecast, now=now, details={"year": year})
    return forecast


def forecasts_refresh(now: datetime) -> int:
    """Have every year that is not frozen computed by jobs, and forget those that are; return how many."""
    years = [year for year in years_to_forecast(now) if get_basis(year)]
    Forecast.objects.exclude(year__in=years).delete()
    for year in years:
        _enqueue(Forecast.objects.get_or_create(year=year)[0])
    return len(years)


def _enqueue(forecast: Forecast) -> None:
    forecast.job_id = enqueue(FORECAST_JOB, year=forecast.year)
    forecast.save(update_fields=["job_id"])


def forecast_compute(*, year: int, now: datetime) -> None:
    """Compute and keep the forecast of a year: the rows of a freeze, counted and settled without rulings.

    Nothing is assumed of the rest of the year. A year that was frozen meanwhile keeps none.
    """
    basis = get_basis(year)
    if basis is None or year not in years_to_forecast(now):
        return
    policy = get_policy_rules(basis.policy)
    with TemporaryDirectory() as folder:
        spooled = SpooledYear(year, Path(folder), now)
        outcome = settle_year(policy, count_year(policy, year, spooled, Rulings()), basis.budget_yuan)
        units = {row.uscc: row.organization for row in spooled.units()}
    organizations = organization_ids(units.values())
    figures = build_year_figures(outcome)
    kept = {
        "job_id": None,
        "computed_at": now,
        "policy": basis.policy,
        "budget_yuan": basis.budget_yuan,
        "basis_year": basis.year,
        "totals": figures["totals"],
        "excluded": figures["excluded"],
    }
    with transaction.atomic():
        forecast, _ = Forecast.objects.update_or_create(year=year, defaults=kept)
        UnitForecast.objects.filter(forecast=forecast).delete()
        UnitForecast.objects.bulk_create(
            UnitForecast(
                forecast=forecast,
                organization_id=organizations[units[unit.facts.uscc]],
                **_unit_figures(policy, unit),
            )
            for unit in outcome.units
        )


def _unit_figures(policy: RewardPolicy, unit: UnitYear) -> dict[str, Any]:
    scores = enumerate(unit.assessment.indicators, start=1)
    indicators = [build_indicator_figures(position, score) for position, score in scores]
    for indicator in indicators:
        indicator |= {name: str(indicator[name]) for name in ("points", "full_points")}
    return {
        **build_unit_figures(policy, unit),
        "indicators": indicators,
        "award_yuan": unit.award.amount,
    }
