"""Login by the city's identity provider (OpenID Connect): what allauth asks of this site."""

from pathlib import Path
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db.models.signals import post_delete, post_save, pre_save
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import get_language

from instrument_share.accounts import services
from instrument_share.web import clock

PROVIDER = "openid_connect"
PROVIDER_ID = "city"


class CityLoginAdapter(DefaultSocialAccountAdapter):
    """One provider, that of the settings, and it opens accounts of this site that were linked to it before.

    What the provider says of email addresses is never read, so nobody gets into an account by claiming one.
    """

    def list_apps(
        self, _request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        is_asked_for = provider in (None, PROVIDER, PROVIDER_ID)
        is_asked_for = is_asked_for and client_id in (None, settings.OIDC_CLIENT_ID)
        return [_build_app()] if settings.OIDC_URL and is_asked_for else []

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse who has linked no account: accounts are opened by sign-up, with a confirmed address."""
        if sociallogin.state.get("process") != AuthProcess.CONNECT and not sociallogin.is_existing:
            raise ImmediateHttpResponse(render(request, "socialaccount/not_linked.html", status=403))


def city_login_name() -> str:
    """Return what the provider is called, in the reader's language."""
    return settings.OIDC_NAME["en" if (get_language() or "").startswith("en") else "zh"]


def check_city_login(**_given: Any) -> list[CheckMessage]:
    """Refuse a provider that is half set up, or to which secrets would go unencrypted."""
    if not settings.OIDC_URL:
        return []
    found: list[CheckMessage] = []
    if not settings.OIDC_CLIENT_ID:
        found.append(Error("OIDC_URL is set, and OIDC_CLIENT_ID is not.", id="web.E001"))
    if not Path(settings.OIDC_CLIENT_SECRET_FILE).is_file():
        found.append(Error("OIDC_CLIENT_SECRET_FILE names no file that can be read.", id="web.E002"))
    if settings.SITE_URL.startswith("https://") and not settings.OIDC_URL.startswith("https://"):
        found.append(Error("OIDC_URL does not begin with https://.", id="web.E003"))
    return found


def connect_city_login() -> None:
    """Record each link that comes or goes in its transaction, and keep nothing of a person but the link."""
    pre_save.connect(_forget_claims, sender=SocialAccount, dispatch_uid="city_login_claims")
    post_save.connect(_on_linked, sender=SocialAccount, dispatch_uid="city_login_linked")
    post_delete.connect(_on_unlinked, sender=SocialAccount, dispatch_uid="city_login_unlinked")


def _build_app() -> SocialApp:
    return SocialApp(
        provider=PROVIDER,
        provider_id=PROVIDER_ID,
        name=city_login_name(),
        client_id=settings.OIDC_CLIENT_ID,
        secret=Path(settings.OIDC_CLIENT_SECRET_FILE).read_text(encoding="utf-8").strip(),
        settings={
            "server_url": settings.OIDC_URL,
            "oauth_pkce_enabled": True,
            "fetch_userinfo": False,
            "scope": ["openid"],
        },
    )


def _forget_claims(instance: SocialAccount, **_more: Any) -> None:
    instance.extra_data = {}


def _on_linked(instance: SocialAccount, created: bool, **_more: Any) -> None:
    if created:
        services.city_login_linked(user=instance.user, now=clock.now())


def _on_unlinked(instance: SocialAccount, **_more: Any) -> None:
    services.city_login_unlinked(link=instance, now=clock.now())
