"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.kiosk.views import keepers, screen

instruments_urls = [
    path("<str:public_id>/kiosks/", keepers.kiosk_list, name="instrument_kiosks"),
    path("<str:public_id>/kiosks/<str:kiosk_id>/end/", keepers.end, name="kiosk_end"),
]
"""Under `unit/instruments/`."""
kiosk_urls = [
    path("", screen.show, name="kiosk"),
    path("enter/<str:key>/", screen.enter, name="kiosk_enter"),
    path("code/", screen.code, name="kiosk_code"),
    path("check-out/", screen.check_out, name="kiosk_check_out"),
    path("fault/", screen.fault, name="kiosk_fault"),
    path("acts/", screen.kept_act, name="kiosk_act"),
]
"""Under `kiosk/`."""
