"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.projects import views

organizations_urls = [
    path("<str:organization_id>/projects/new/", views.project_new, name="project_new"),
]
"""Under `organizations/`."""
projects_urls = [
    path("<str:public_id>/edit/", views.project_edit, name="project_edit"),
    path("<str:public_id>/close/", views.project_closing, name="project_close"),
    path("<str:public_id>/reopen/", views.project_reopening, name="project_reopen"),
]
"""Under `projects/`."""
