"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.policy.views import policy_new

policies_urls = [
    path("new/", policy_new, name="policy_new"),
]
"""Under `bureau/policies/`."""
