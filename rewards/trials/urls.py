"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.trials.views import trial, trial_search, trials

cycles_urls = [
    path("<int:year>/what-if/", trials, name="trials"),
    path("<int:year>/what-if/search/", trial_search, name="trial_search"),
    path("what-if/<str:public_id>/", trial, name="trial"),
]
"""Under `bureau/cycles/`."""
