"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.groups.views import basket, extension, groups, series

instruments_urls = [
    path("<str:public_id>/book/series/", series.book_series, name="book_series"),
    path("<str:public_id>/book/basket/", basket.add, name="basket_add"),
]
"""Under `instruments/`."""
bookings_urls = [
    path("groups/<str:public_id>/", groups.booking_group, name="booking_group"),
    path("<str:public_id>/extend/", extension.extend, name="booking_extend"),
    path("<str:public_id>/hand-over/", groups.hand_over, name="booking_hand_over"),
    path("<str:public_id>/series/cancel/", series.cancel_series, name="series_cancel"),
    path("<str:public_id>/series/move/", series.move_series, name="series_move"),
]
"""Under `bookings/`."""
basket_urls = [
    path("", basket.basket, name="basket"),
    path("<str:public_id>/remove/", basket.remove, name="basket_remove"),
]
"""Under `basket/`."""
