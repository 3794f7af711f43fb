"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.proposals.views import find

find_urls = [path("", find, name="find")]
"""Under `find/`."""
