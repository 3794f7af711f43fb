"""URL patterns of this room; `instrument_share.urls` mounts the list under its prefix."""

from django.urls import path

from instrument_share.bootstrap import views

setup_urls = [
    path("", views.first_run, name="first_run"),
]
"""Under `setup/`."""
