"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.feeds.views import external_calendars, webhooks
from bookings.feeds.views.calendars import booking_file, calendar_file

calendars_urls = [
    path("<str:public_id>/<str:secret>.ics", calendar_file, name="calendar_file"),
]
"""Under `calendars/`."""
bookings_urls = [
    path("<str:public_id>/calendar.ics", booking_file, name="booking_file"),
]
"""Under `bookings/`."""
keeper_urls = [
    path("calendars/", external_calendars.external_calendars, name="external_calendars"),
    path(
        "calendars/<str:public_id>/disconnect/",
        external_calendars.disconnect,
        name="external_calendar_disconnect",
    ),
]
"""Under `keeper/`."""
unit_urls = [
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/<str:public_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<str:public_id>/test/", webhooks.test, name="webhook_test"),
    path("webhooks/<str:public_id>/secret/", webhooks.rekey, name="webhook_rekey"),
    path("webhooks/<str:public_id>/enable/", webhooks.enable, name="webhook_enable"),
    path("webhooks/<str:public_id>/remove/", webhooks.remove, name="webhook_remove"),
]
"""Under `unit/<str:organization_id>/`."""
