"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.budgets import views

organizations_urls = [
    path("<str:organization_id>/projects/", views.organization_projects, name="organization_projects"),
]
"""Under `organizations/`."""
projects_urls = [
    path("<str:public_id>/", views.project, name="project"),
]
"""Under `projects/`."""
