"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import URLPattern, path

from bookings.feeds.domain.webhooks import WebhookSide
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


def _webhook_urls(side: WebhookSide) -> list[URLPattern]:
    prefix, one, kept = webhooks.PREFIXES[side], "webhooks/<str:public_id>/", {"side": side}
    return [
        path("webhooks/", webhooks.webhook_list, kept, name=f"{prefix}webhooks"),
        path(one, webhooks.webhook, kept, name=f"{prefix}webhook"),
        path(f"{one}test/", webhooks.test, kept, name=f"{prefix}webhook_test"),
        path(f"{one}secret/", webhooks.rekey, kept, name=f"{prefix}webhook_rekey"),
        path(f"{one}enable/", webhooks.enable, kept, name=f"{prefix}webhook_enable"),
        path(f"{one}remove/", webhooks.remove, kept, name=f"{prefix}webhook_remove"),
    ]


unit_urls = _webhook_urls(WebhookSide.UNIT)
"""Under `unit/<str:organization_id>/`."""
organizations_urls = _webhook_urls(WebhookSide.PAYER)
"""Under `organizations/<str:organization_id>/`."""
