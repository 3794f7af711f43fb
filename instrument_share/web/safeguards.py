"""What every answer has to keep to, whichever view made it; and what the log says of logins."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils.cache import patch_cache_control

log = structlog.get_logger(__name__)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class SafeguardMiddleware:
    """Refuse methods that nothing here answers (TRACE …), and keep private answers out of every cache.

    An answer to whoever sends a session or a token stays with them. Where the view says nothing of caching it
    is not kept at all: on a shared computer the next person can't leaf back into it. A view that has an ETag
    to compare says so itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        answer = self.get_response(request)
        if is_private(request, answer):
            patch_cache_control(answer, **_caching(answer))
        return answer


def is_private(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Whether an answer may be somebody's own: asked for with a session or token, or giving a session."""
    name = settings.SESSION_COOKIE_NAME
    return name in request.COOKIES or name in answer.cookies or "Authorization" in request.headers


def _caching(answer: HttpResponseBase) -> dict[str, bool]:
    said = answer.headers.get("Cache-Control", "")
    if "public" in said:
        return {}
    return {"private": True} if said else {"private": True, "no_store": True}


class MessageCookies(CookieStorage):
    """Keep the sentence that says what happened in a cookie of this host alone."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """Keep messages in the cookie, and in the session what does not fit."""

    storage_classes = (MessageCookies, SessionStorage)


def connect_log() -> None:
    """Log each login, its ways (password, second factor …), each failed one, and each logout.

    The line has the id of the request. What was typed as a name is left out: it may be a password.
    """
    user_logged_in.connect(_on_login, dispatch_uid="web.login")
    user_login_failed.connect(_on_failure, dispatch_uid="web.login_failed")
    user_logged_out.connect(_on_logout, dispatch_uid="web.logout")


def _on_login(request: HttpRequest, user: Any, **_more: Any) -> None:
    session = getattr(request, "session", {})
    ways = [way.get("method") for way in session.get("account_authentication_methods", [])]
    log.info("login", actor=user.public_id, ways=ways)


def _on_failure(**_more: Any) -> None:
    log.warning("login_failed")


def _on_logout(user: Any, **_more: Any) -> None:
    log.info("logout", actor=getattr(user, "public_id", None))
