"""Notifications and API tokens."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.journal import selectors as journal
from instrument_share.journal import services as journal_services
from instrument_share.kernel.errors import require_found
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import derive_secret
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.labels import TOKEN_SCOPES

PER_PAGE = 30


@login_required
@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """List one's notifications."""
    page = cursor.page(
        journal.notifications(request.user),
        ordering=("-created_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {"tabs": build_my_tabs(request.user, "inbox"), "page": page}
    return render(request, "people/inbox.html", context)


@login_required
@require_POST
def notification_open(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Mark a notification as read and redirect to its subject."""
    told = journal_services.notification_read(actor=request.user, public_id=public_id, now=clock.now())
    is_ours = told.path.startswith("/") and url_has_allowed_host_and_scheme(told.path, allowed_hosts=None)
    return HttpResponseRedirect(told.path if is_ours else reverse("inbox"))


@login_required
@require_POST
def notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark all notifications as read."""
    journal_services.notifications_read(actor=request.user, now=clock.now())
    return redirect_with_message(request, _("All notifications are marked as read."), reverse("inbox"))


class TokenForm(forms.Form):
    """The purpose of a token, in its owner's words."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=60,
        help_text=gettext_lazy("For example: nightly export of our laboratory"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[(scope.value, label) for scope, label in TOKEN_SCOPES.items()],
        initial=[TokenScope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose no more than the program needs."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("365 days")),
        ],
        initial=90,
        help_text=gettext_lazy("You are notified a week before it expires."),
    )


@login_required
@never_cache
@reauthentication_required(allow_get=True, app="allauth.account")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """List and create tokens; never cached, since a new secret is in the response once."""
    now = clock.now()
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            _token, secret = account_services.api_token_create(
                actor=request.user, now=now, secret=derive_secret(request), **form.cleaned_data
            )
            form, status = TokenForm(), 201
    context = {
        "tabs": build_my_tabs(request.user, "tokens"),
        "form": form,
        "secret": secret,
        "tokens": [
            (token, [TOKEN_SCOPES[TokenScope(scope)] for scope in token.scopes])
            for token in accounts.api_tokens(request.user, now)
        ],
    }
    return render(request, "people/tokens.html", context, status=status)


@confirmation_view
def token_revoke(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm revoking a token."""
    now = clock.now()
    token = require_found(accounts.api_tokens(request.user, now).filter(public_id=public_id).first())
    sentence = _("The token “{name}” no longer works.").format(name=token.name)
    return Confirmation(
        heading=_("Revoke the token “{name}”?").format(name=token.name),
        consequences=[_("Programs that use it are refused at once."), _("It can't be brought back.")],
        action=_("Revoke it"),
        perform=lambda: account_services.api_token_revoke(actor=request.user, public_id=public_id, now=now),
        success=sentence,
        back_address=reverse("tokens"),
        tone="danger",
    )
