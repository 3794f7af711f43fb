"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.credit import views

bookings_urls = [
    path("<str:public_id>/misuse/", views.misuse, name="booking_misuse"),
]
"""Under `bookings/`."""
credit_urls = [
    path("<str:public_id>/", views.credit_event, name="credit_event"),
    path("<str:public_id>/appeal/", views.appeal, name="credit_appeal"),
    path("<str:public_id>/answer/", views.answer, name="credit_answer"),
]
"""Under `credit/`."""
