"""Which years are forecast, by which policy, and what a viewer sees of that."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

from instrument_share.jobs.selectors import WorkState, work_states
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from rewards.assessment.models import IndicatorResult
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import can_see_all, managed_units
from rewards.forecast.models import Forecast, UnitForecast

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

BEST_FIRST = (F("score").desc(nulls_last=True), "organization__uscc")


def years_to_forecast(now: datetime) -> list[int]:
    """Return this year and every other that was opened or forecast before, unless frozen; newest first."""
    cycles = AssessmentCycle.objects
    known = [
        now.astimezone(CITY_TIME).year,
        *Forecast.objects.values_list("year", flat=True),
        *cycles.filter(snapshot_hash="").values_list("year", flat=True),
    ]
    frozen = cycles.exclude(snapshot_hash="").values_list("year", flat=True)
    return sorted({*known} - {*frozen}, reverse=True)


def get_basis(year: int) -> AssessmentCycle | None:
    """Return the cycle whose policy and budget a year is forecast by: its own, else the last before it."""
    return AssessmentCycle.objects.select_related("policy").filter(year__lte=year).order_by("-year").first()


def forecasts(viewer: "Viewer") -> list[Forecast]:
    """Return computed forecasts of which the viewer sees a unit or all, newest year first."""
    if not (can_see_all(viewer) or managed_units(viewer)):
        return []
    return list(_unfrozen().order_by("-year"))


def _unfrozen() -> QuerySet[Forecast]:
    """Return computed forecasts of years that are still not frozen."""
    frozen = AssessmentCycle.objects.exclude(snapshot_hash="").values("year")
    return Forecast.objects.filter(computed_at__isnull=False).exclude(year__in=frozen)


def get_forecast(year: int, now: datetime) -> Forecast:
    """Return the forecast of a year, an empty one before the first. Raises NotFound for other years."""
    require_found(year if year in years_to_forecast(now) else None)
    found = Forecast.objects.select_related("policy").filter(year=year).first()
    return found or Forecast(year=year)


def forecast_state(forecast: Forecast) -> WorkState:
    """Return what became of the job that computes it."""
    return work_states([forecast.job_id])[forecast.job_id]


def unit_forecasts(viewer: "Viewer") -> QuerySet[UnitForecast]:
    """Return what the viewer may see of forecasts, newest year first, best score first in each."""
    found = UnitForecast.objects.filter(forecast__in=_unfrozen())
    found = found.select_related("organization", "forecast__policy").order_by("-forecast__year", *BEST_FIRST)
    return found if can_see_all(viewer) else found.filter(organization_id__in=managed_units(viewer))


def list_points(forecast: Forecast) -> list[tuple[str, str]]:
    """Return code and points of every indicator of every unit, without names."""
    rows = UnitForecast.objects.filter(forecast=forecast).values_list("indicators", flat=True)
    return [(each["code"], each["points"]) for row in rows for each in row]


def get_indicators(found: UnitForecast) -> list[IndicatorResult]:
    """Return the kept indicators as those of a scored year, unsaved."""
    points = ("points", "full_points")
    return [
        IndicatorResult(**(each | {name: Decimal(each[name]) for name in points}))
        for each in found.indicators
    ]
