"""Account settings, and invitations by mail."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.language import keep_language
from instrument_share.kernel.errors import require_found
from instrument_share.people.forms import SettingsForm
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import ROLES
from providers.public import person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def settings(request: SignedInRequest) -> HttpResponse:
    """Change one's name, phone and language."""
    user = request.user
    form = SettingsForm(
        request.POST or None,
        initial={"name": user.name, "phone": user.phone, "language": user.language},
    )
    saved = run_service(
        form,
        lambda: services.user_update(actor=user, now=clock.now(), **form.cleaned_data),
    )
    if saved is not None:
        with translation.override(saved.language):
            answer = redirect_with_message(request, _("Your settings are saved."), reverse("settings"))
        keep_language(answer, saved.language)
        return answer
    context = {"tabs": build_my_tabs(user, "settings"), "form": form}
    return render_form(request, "people/settings.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show or accept an invitation; visitors log in or sign up first and return here."""
    now = clock.now()
    found = require_found(accounts.invitation_by_secret(secret))
    if request.method == "POST" and request.user.is_authenticated:
        services.invitation_accept(actor=person(request), secret=secret, now=now)
        sentence = _("You belong to {name} now. Your role: {role}.").format(
            name=bilingual(found.organization, "name"), role=ROLES[Role(found.role)]
        )
        return redirect_with_message(request, sentence, reverse("my_organizations"))
    back = {"next": request.path}
    context = {
        "invitation": found,
        "over": told(over.message, over.params) if (over := accounts.invitation_problem(found, now)) else "",
        "is_theirs": request.user.is_authenticated and accounts.is_address_of(person(request), found.email),
        "log_in": f"{reverse('account_login')}?{urlencode(back)}",
        "sign_up": f"{reverse('account_signup')}?{urlencode({**back, 'email': found.email})}",
    }
    return render(request, "people/invitation.html", context)
