"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.trials.views import trial, trials

cycles_urls = [
    path("<int:year>/what-if/", trials, name="trials"),
    path("what-if/<str:public_id>/", trial, name="trial"),
]
"""Under `bureau/cycles/`."""
