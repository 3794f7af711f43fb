"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.feeds.views.calendars import booking_file, calendar_file

calendars_urls = [
    path("<str:public_id>/<str:secret>.ics", calendar_file, name="calendar_file"),
]
"""Under `calendars/`."""
bookings_urls = [
    path("<str:public_id>/calendar.ics", booking_file, name="booking_file"),
]
"""Under `bookings/`."""
