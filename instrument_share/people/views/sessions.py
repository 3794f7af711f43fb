"""The browsers in which a person is logged in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.kernel.errors import require_found
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest


@login_required
@never_cache
@require_safe
def my_sessions(request: SignedInRequest) -> HttpResponse:
    """List the browsers in which one is logged in."""
    sessions = accounts.described_sessions(request.user, request.session.session_key, clock.now())
    context = {
        "tabs": build_my_tabs(request.user, "settings"),
        "sessions": sessions,
        "has_others": any(not one.is_this for one in sessions),
    }
    return render(request, "people/sessions.html", context)


@confirmation_view
def session_end(request: SignedInRequest, handle: str) -> Confirmation:
    """Confirm ending one session."""
    now = clock.now()
    found = require_found(accounts.session_by_handle(request.user, handle, now))
    is_this = found.session_key == request.session.session_key
    consequence = _("You are logged out here.") if is_this else _("That browser has to log in again.")
    return Confirmation(
        heading=_("End this session?"),
        consequences=[consequence, _("Anything typed there and not sent is lost.")],
        action=_("End the session"),
        perform=lambda: services.session_end(actor=request.user, handle=handle, now=now),
        success=_("The session has ended."),
        back_address=reverse("my_sessions"),
        tone="danger",
    )


@confirmation_view
def sessions_end_others(request: SignedInRequest) -> Confirmation:
    """Confirm ending all sessions but the one that asks."""
    now, own = clock.now(), request.session.session_key or ""
    count = len(accounts.own_sessions(request.user, now)) - 1
    browsers = ngettext(
        "{count} browser has to log in again.", "{count} browsers have to log in again.", count
    )
    return Confirmation(
        heading=_("End all other sessions?"),
        consequences=[
            browsers.format(count=count),
            _(
                "API tokens still work. If somebody else was logged in, change your password: that ends "
                "tokens too."
            ),
        ],
        action=_("End the others"),
        perform=lambda: services.sessions_end_others(actor=request.user, session_key=own, now=now),
        success=_("All other sessions have ended."),
        back_address=reverse("my_sessions"),
        tone="danger",
    )
