"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.policy.views.loading import policy_change, policy_new
from rewards.policy.views.reading import policies, policy, policy_compare, policy_file, policy_preset

policies_urls = [
    path("new/", policy_new, name="policy_new"),
    path("<str:public_id>/change/", policy_change, name="policy_change"),
]
"""Under `bureau/policies/`."""

public_urls = [
    path("", policies, name="policies"),
    path("compare/", policy_compare, name="policy_compare"),
    path("presets/<str:name>.toml", policy_preset, name="policy_preset"),
    path("<str:public_id>/", policy, name="policy"),
    path("<str:public_id>/policy.toml", policy_file, name="policy_file"),
]
"""Under `policies/`: policies are public."""
