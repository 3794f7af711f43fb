"""How long a browser stays logged in, and from where: sessions that rest are locked, old ones end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, user_logged_in
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from instrument_share.accounts import selectors, services
from instrument_share.accounts.sessions import CLIENT_KEY, LONGEST_AGENT, SessionStore
from instrument_share.web import clock
from instrument_share.web.responses.failures import is_for_part, note

NOTED_EVERY = timedelta(minutes=1)
STILL_OPEN = {
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_logout",
    "set_language",
    "csp_report",
    "favicon",
    "health",
    "ready",
    "robots",
}
"""Addresses that a locked session reaches, by name: those that unlock or end it, and what shows no data."""


class SessionAgeMiddleware:
    """Locks a session that has rested too long, and ends one whose login is too long ago.

    A locked session goes on, with the form that was just sent, once its person has shown who they are, as
    before what concerns the security of an account. What htmx asks for is refused by a note, so that the form
    around it stays. The API takes the session for nobody's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        now, session = clock.now(), cast("SessionStore", request.session)
        if _is_too_old(session, now):
            _end(request)
            return None
        if not settings.SESSION_IDLE_MINUTES:
            return None
        seen = max(filter(None, (session.last_seen_at, session.confirmed_at)), default=None)
        if seen is not None and now - seen > (limit := selectors.idle_limit(request.user)):
            return _lock(request, limit)
        if seen is None or now - seen >= NOTED_EVERY:
            services.session_seen(session_key=session.session_key or "", now=now)
        return None


def connect_sessions() -> None:
    """Note at each login with which browser and from where it was."""
    user_logged_in.connect(_on_login, dispatch_uid="session_client")


def mask_address(address: str) -> str:
    """Return a network address without its last part: enough to tell office from home, and no more.

    Of IPv4 three numbers of four stay, of IPv6 the first 48 bits.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return f"{address.rpartition('.')[0]}.*"
    return f"{ip_network((found, 48), strict=False).network_address}*"


def _on_login(request: HttpRequest, **_more: Any) -> None:
    request.session[CLIENT_KEY] = {
        "agent": request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT],
        "address": mask_address(request.META.get("REMOTE_ADDR", "")),
    }


def _is_too_old(session: "SessionStore", now: datetime) -> bool:
    end = selectors.get_login_end(session.signed_in_at)
    return end is not None and now > end


def _end(request: HttpRequest) -> None:
    days = settings.SESSION_LIFETIME_DAYS
    logout(request)
    if not _is_of_the_api(request):
        sentence = ngettext(
            "A login lasts {days} day at most. Please log in again.",
            "A login lasts {days} days at most. Please log in again.",
            days,
        )
        messages.info(request, sentence.format(days=days))


def _lock(request: HttpRequest, limit: timedelta) -> HttpResponse | None:
    match = request.resolver_match
    request.idle_minutes = round(limit / timedelta(minutes=1))  # type: ignore[attr-defined]
    if match is not None and match.url_name in STILL_OPEN:
        return None
    if _is_of_the_api(request):
        request.user = AnonymousUser()
        return None
    ways = get_adapter().get_reauthentication_methods(request.user)
    if not ways:
        logout(request)
        messages.info(request, gettext("You were logged out because this session was not used."))
        return None
    again = ways[0]["url"]
    if is_for_part(request):
        page = request.htmx.current_url_abs_path or reverse(settings.LOGIN_REDIRECT_URL)  # type: ignore[attr-defined]
        detail = gettext("Locked. Enter your password to continue; what you typed is kept.")
        return note(detail, status=401, unlocked_at=f"{again}?{urlencode({'next': page})}")
    if request.path.startswith("/accounts/"):  # what is typed there are passwords: they are not kept
        request.method = "GET"
    suspended = suspend_request(request, again)
    if request.method == "POST":
        # allauth goes on with the form where `next` is its path alone; it keeps the query with the form.
        return HttpResponseRedirect(f"{again}?{urlencode({'next': request.path})}")
    return suspended


def _is_of_the_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
