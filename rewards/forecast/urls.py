"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.forecast.views import forecast, forecast_compute, unit_forecast

forecast_urls = [
    path("<int:year>/", forecast, name="forecast"),
    path("<int:year>/compute/", forecast_compute, name="forecast_compute"),
    path("<int:year>/<str:public_id>/", unit_forecast, name="unit_forecast"),
]
"""Under `forecast/`."""
