"""The language in which somebody reads, kept by their browser."""

from django.conf import settings
from django.http import HttpResponseBase


def keep_language(answer: HttpResponseBase, language: str) -> None:
    """Let the browser ask for pages in this language from now on."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
