"""Every route prefix on one screen."""

from django.urls import include, path

from instrument_share.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("accounts/", include("instrument_share.accounts.urls")),
    path("", include("instrument_share.web.urls")),
    path("", include("bookings.urls")),
    path("", include("providers.urls")),
    path("", include("rewards.urls")),
    path("", include("instrument_share.pages.urls")),
]
