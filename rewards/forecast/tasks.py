"""Jobs of this room."""

from datetime import datetime, timedelta

from instrument_share.jobs.registry import JobContext, RecurringJob, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock

FORECAST_JOB = "rewards.forecast"


@job(FORECAST_JOB, gettext_noop("Forecast of a year"))
def compute_forecast(context: JobContext, year: int) -> None:  # noqa: ARG001 (every job gets it)
    """Compute the forecast of a year."""
    from rewards.forecast.services import forecast_compute

    forecast_compute(year=year, now=clock.now())


def refresh_forecasts(now: datetime) -> int:
    """Have all forecasts computed."""
    from rewards.forecast.services import forecasts_refresh

    return forecasts_refresh(now)


RECURRING = (
    RecurringJob(
        "rewards.forecasts",
        gettext_noop("Forecasts of years that are not frozen"),
        timedelta(days=1),
        refresh_forecasts,
    ),
)
