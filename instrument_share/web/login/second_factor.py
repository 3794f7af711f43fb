"""How allauth's second factors behave here: their secrets, their limits, and their entries in the journal."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext as _

from instrument_share.accounts import services
from instrument_share.web import clock


class SecondFactorAdapter(DefaultMFAAdapter):
    """Extend django-allauth by the platform's name and by the encryption of secrets."""

    def get_totp_issuer(self) -> str:
        return _("Sharing platform of large scientific instruments")

    def encrypt(self, text: str) -> str:
        """Encrypt with the site's secret key, so that a copy of the database alone is of no use."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


class _LimitedCode(forms.BaseAuthenticateForm):
    """A code of six digits is guessed by trying: after some wrong ones the account has to wait."""

    def clean_code(self) -> str:
        key = f"second-factor-{self.user.pk}"
        if not ratelimit.consume(context.request, action="second_factor", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        ratelimit.clear(context.request, action="second_factor", key=key)
        return code


class CodeForm(_LimitedCode, forms.AuthenticateForm):
    """The code of the second factor at login."""


class CodeAgainForm(_LimitedCode, forms.ReauthenticateForm):
    """The code again, before what concerns the security of the account."""


def connect_journal() -> None:
    """Record each factor that comes or goes in the transaction that keeps or removes it, whoever does it."""
    post_save.connect(_on_saved, sender=Authenticator, dispatch_uid="second_factor_added")
    post_delete.connect(_on_deleted, sender=Authenticator, dispatch_uid="second_factor_removed")


def _on_saved(instance: Authenticator, created: bool, **_more: Any) -> None:
    if created:
        session = getattr(context.request, "session", None)
        services.second_factor_added(
            factor=instance, session_key=session.session_key if session else "", now=clock.now()
        )


def _on_deleted(instance: Authenticator, **_more: Any) -> None:
    services.second_factor_removed(factor=instance, now=clock.now())


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(f"second factor:{one}".encode()).digest() for one in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
