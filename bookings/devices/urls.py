"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.devices import views

instruments_urls = [
    path("<str:public_id>/device/", views.device, name="instrument_device"),
    path("<str:public_id>/device/revoke/", views.device_revoke, name="device_revoke"),
]
"""Under `unit/instruments/`."""
bookings_urls = [
    path("<str:public_id>/arrival/<str:code>/", views.arrival, name="booking_arrival"),
]
"""Under `bookings/`."""
keeper_urls = [
    path("arrival/", views.arrival_find, name="arrival_find"),
    path("notes/", views.notes, name="instrument_notes"),
    path("notes/<str:public_id>/close/", views.note_close, name="note_close"),
]
"""Under `keeper/`."""
