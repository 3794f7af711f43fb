"""The addresses of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from providers.revisions.views import revisions

revisions_urls = [
    path("<str:public_id>/", revisions.revisions, name="revisions"),
    path("<str:public_id>/<int:revision_id>/", revisions.revision, name="revision"),
]
"""Under `revisions/`."""
