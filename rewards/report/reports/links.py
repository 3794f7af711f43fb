"""Addresses that papers print."""

from django.conf import settings


def get_verification_url(code: str) -> str:
    """Return the address of the public page behind a printed code."""
    return f"{settings.SITE_URL}/verify/?code={code}"
