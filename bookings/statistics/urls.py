"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.statistics.views import statistics, statistics_file

statistics_urls = [
    path("<str:kind>/<str:public_id>/", statistics, name="statistics"),
    path("<str:kind>/<str:public_id>/figures.<str:ending>", statistics_file, name="statistics_file"),
]
"""Under `statistics/`."""
