"""Login, sign-up, passwords, second factors: django-allauth's addresses in our design."""

from allauth.socialaccount.views import login_cancelled, login_error
from django.urls import include, path
from django.views.generic import RedirectView

from instrument_share.accounts.views import city_login_link

# The keys stand on the page of all second factors.
keys = RedirectView.as_view(pattern_name="mfa_index")

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("2fa/webauthn/", keys, name="mfa_list_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("city-login/", city_login_link, name="socialaccount_connections"),
    path("city-login/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("city-login/error/", login_error, name="socialaccount_login_error"),
    path("oidc/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
