"""Forms of django-allauth that are sent twice: the second click finds done what the first one asked for.

A browser without JavaScript shows the second answer, which was a mistake in the form or a page that is gone.
"""

import hashlib
from datetime import timedelta
from typing import Any

from allauth.account import views as account
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.accounts import selectors
from instrument_share.web import clock, idempotency
from instrument_share.web.signed_in import SignedInRequest

SENT_AGAIN_WITHIN = timedelta(minutes=5)
RESET_BY = "password_reset_by"
"""In the session of a visitor: by which link the password was chosen anew."""


def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Sign up; who has just done so with the same words is led to where the first click led."""
    answer = account.signup(request)
    is_refused = request.method == "POST" and not _is_done(answer)
    if is_refused and selectors.has_signed_up(request.POST, since=clock.now() - SENT_AGAIN_WITHIN):
        return redirect("account_email_verification_sent")
    return answer


def address_confirm(request: HttpRequest, key: str) -> HttpResponseBase:
    """Confirm an address; of a link that is used up the login says so, and sends a new one if need be."""
    try:
        return account.confirm_email(request, key=key)
    except Http404:
        if not request.user.is_authenticated:
            messages.info(request, _("This link was used already, or has expired. Log in to go on."))
        return redirect("account_login")


def address_change(request: SignedInRequest) -> HttpResponseBase:
    """Change one's address; of one that was entered just now the page says that it is not confirmed yet."""
    answer = account.email(request)
    if "action_add" not in request.POST or _is_done(answer):
        return answer
    is_waiting = selectors.has_unconfirmed_address(request.user, request.POST.get("email", ""))
    return redirect("account_email") if is_waiting else answer


def password_change(request: SignedInRequest) -> HttpResponseBase:
    """Change one's password; who has just changed it to the same is led to where the first click led."""
    answer = account.password_change(request)
    if request.method != "POST" or _is_done(answer):
        return answer
    since = clock.now() - SENT_AGAIN_WITHIN
    is_changed = selectors.has_changed_password(request.user, request.POST, since=since)
    return redirect("account_change_password") if is_changed else answer


def password_reset_ask(request: HttpRequest) -> HttpResponseBase:
    """Mail the link to choose a new password; the same form sent twice mails one.

    It goes by the form that was shown, not by the address: a page that is opened anew always mails a link,
    and of an address without an account nothing else is heard.
    """
    token = request.POST.get(idempotency.FIELD, "")
    if request.method != "POST" or not token:
        return account.password_reset(request)
    address = request.POST.get("email", "").strip().lower()
    key = "reset-" + hashlib.sha256(f"{token}:{address}".encode()).hexdigest()
    # In one transaction: the second click waits for the first, and mails the link where that has failed.
    with transaction.atomic():
        if not cache.add(key, "asked", SENT_AGAIN_WITHIN.total_seconds()):
            return redirect("account_reset_password_done")
        answer = account.password_reset(request)
        if not _is_done(answer):
            cache.delete(key)
    return answer


def password_reset(request: HttpRequest, uidb36: str, key: str) -> HttpResponseBase:
    """Choose a new password by a link; the browser that has just done so is led to where that led."""
    link = [uidb36, request.session.get(account.INTERNAL_RESET_SESSION_KEY, "")]
    answer = account.password_reset_from_key(request, uidb36=uidb36, key=key)
    if request.method != "POST":
        return answer
    if _is_done(answer):
        request.session[RESET_BY] = link
    elif link[1] and request.session.get(RESET_BY) == link:
        return redirect("account_reset_password_from_key_done")
    return answer


def app_activate(request: HttpRequest) -> HttpResponseBase:
    """Set up an authenticator app; who has one is not asked to remove it."""
    answer = totp.activate_totp(request)
    at_removal = getattr(answer, "url", "") == reverse("mfa_deactivate_totp")
    return redirect("mfa_index") if request.method == "POST" and at_removal else answer


def app_remove(request: HttpRequest) -> HttpResponseBase:
    """Remove the authenticator app; where there is none any more nothing is left to do."""
    return _remove(totp.deactivate_totp, request)


def key_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a passkey or security key; where it is gone nothing is left to do."""
    return _remove(webauthn.remove_webauthn, request, pk=pk)


def _is_done(answer: HttpResponseBase) -> bool:
    return isinstance(answer, HttpResponseRedirect)


def _remove(view: Any, request: HttpRequest, **arguments: Any) -> HttpResponseBase:
    try:
        return view(request, **arguments)
    except Http404:
        if request.method != "POST":
            raise
        return redirect("mfa_index")
