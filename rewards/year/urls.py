"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.year.views.adopting import cycle_adopt
from rewards.year.views.cycles import cycle, cycle_step

cycles_urls = [
    path("<int:year>/", cycle, name="cycle"),
    path("<int:year>/adopt/", cycle_adopt, name="cycle_adopt"),
    path("<int:year>/<str:verb>/", cycle_step, name="cycle_step"),
]
"""Under `bureau/cycles/`."""
