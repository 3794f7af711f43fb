"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.waiting import views

instruments_urls = [path("<str:public_id>/wait/", views.wait, name="wait")]
"""Under `instruments/`."""
waiting_urls = [
    path("<str:public_id>/leave/", views.leave, name="wait_leave"),
    path("offers/<str:booking_id>/accept/", views.accept, name="offer_accept"),
    path("offers/<str:booking_id>/decline/", views.decline, name="offer_decline"),
]
"""Under `waiting/`."""
