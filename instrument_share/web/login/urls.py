"""Addresses of django-allauth whose forms may be sent twice; they stand before its own."""

from django.urls import path, re_path

from instrument_share.web.login import again

account_urls = [
    path("signup/", again.sign_up, name="account_signup"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", again.address_confirm, name="account_confirm_email"),
    path("email/", again.address_change, name="account_email"),
    path("password/change/", again.password_change, name="account_change_password"),
    path("password/reset/", again.password_reset_ask, name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        again.password_reset,
        name="account_reset_password_from_key",
    ),
    path("2fa/totp/activate/", again.app_activate, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", again.app_remove, name="mfa_deactivate_totp"),
    path("2fa/webauthn/keys/<int:pk>/remove/", again.key_remove, name="mfa_remove_webauthn"),
]
