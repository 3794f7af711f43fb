"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.cycle.views import cycle_open

cycles_urls = [
    path("<int:year>/open/", cycle_open, name="cycle_open"),
]
"""Under `bureau/cycles/`."""
