"""Forms of django-allauth that are sent twice: the second click finds done what the first one asked for.

A browser without JavaScript shows the second answer, which was a mistake in the form or a page that is gone.
"""

from datetime import timedelta
from typing import Any

from allauth.account import views as account
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.accounts import selectors
from instrument_share.web import clock

SENT_AGAIN_WITHIN = timedelta(minutes=5)


def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Sign up; who has just done so with the same words is led to where the first click led."""
    answer = account.signup(request)
    is_refused = request.method == "POST" and not isinstance(answer, HttpResponseRedirect)
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


def _remove(view: Any, request: HttpRequest, **arguments: Any) -> HttpResponseBase:
    try:
        return view(request, **arguments)
    except Http404:
        if request.method != "POST":
            raise
        return redirect("mfa_index")
