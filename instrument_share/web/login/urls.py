"""Addresses of django-allauth whose forms may be sent twice; they stand before its own."""

from django.urls import path, re_path

from instrument_share.web.login import again

account_urls = [
    path("signup/", again.sign_up, name="account_signup"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", again.address_confirm, name="account_confirm_email"),
    path("2fa/totp/activate/", again.app_activate, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", again.app_remove, name="mfa_deactivate_totp"),
    path("2fa/webauthn/keys/<int:pk>/remove/", again.key_remove, name="mfa_remove_webauthn"),
]
