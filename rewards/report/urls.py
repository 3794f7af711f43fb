"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.report.views import verify

verify_urls = [
    path("", verify.verify, name="verify"),
]
"""Under `verify/`."""
