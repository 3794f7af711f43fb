"""Who has agreed to an earlier privacy notice, or to none, is asked at the next login and led there first."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.journal.addresses import page_address

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ASKED_IN_SESSION = "privacy_asked"
OPEN_MEANWHILE = frozenset(
    {
        *("privacy_agreement", "privacy", "help", "set_language", "account_logout", "account_reauthenticate"),
        *("own_data", "archive_new", "archive", "account_delete", "account_keep"),
        *("mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    }
)
"""The notice, the way out, and the rights that nobody has to agree for."""


def ask_for_agreement(request: HttpRequest, user: "User") -> None:
    """Remember in the session of a login that the person has to agree first."""
    if user.privacy_version != NOTICE_VERSION:
        request.session[ASKED_IN_SESSION] = NOTICE_VERSION


class AgreementMiddleware:
    """Lead pages of a session that has to agree first to where that is done.

    The API takes such a session for nobody's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        # Who has no session is not asked, and their pages stay shared: the session is not looked at.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or ASKED_IN_SESSION not in request.session:
            return None
        if request.path.startswith("/api/"):
            request.user = AnonymousUser()
            return None
        if _is_open(request):
            return None
        onward = {"next": request.get_full_path()} if request.method == "GET" else {}
        return HttpResponseRedirect(f"{page_address('privacy_agreement')}?{urlencode(onward)}")


def _is_open(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name in OPEN_MEANWHILE
