"""One's own data: a copy of it, deletion of the account, and agreement to a new privacy notice."""

from typing import TYPE_CHECKING

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain.privacy import NOTICE_DATE, NOTICE_VERSION, PURPOSES
from instrument_share.journal.addresses import page_address
from instrument_share.people.views.leaving import describe_what_stops
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.personal import registry, selectors
from instrument_share.personal.services.archives import archive_ask, archive_download
from instrument_share.personal.services.deletions import (
    TIME_TO_WITHDRAW,
    account_deletion_ask,
    account_deletion_withdraw,
)
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.login.agreement import ASKED_IN_SESSION
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, in_english

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@login_required
@never_cache
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """Show what the site holds of a person, copies of it, and what deletion of the account would take."""
    now = clock.now()
    archives = selectors.archives(request.user, now)
    context = {
        "tabs": build_my_tabs(request.user, "settings"),
        "archives": archives,
        "waits": any(one.waits for one in archives),
        "deletion": selectors.get_open_deletion(request.user),
        "obstacles": [
            (told(one.sentence.message, one.sentence.params), one.path)
            for one in registry.obstacles(request.user, now)
        ],
        "purposes": PURPOSES,
        "version": NOTICE_VERSION,
        "days": TIME_TO_WITHDRAW.days,
    }
    return render(request, "people/own_data.html", context)


@login_required
@reauthentication_required(app="allauth.account")
@require_POST
@idempotent_form
def archive_new(request: SignedInRequest) -> HttpResponse:
    """Ask for a copy of one's own data."""
    archive_ask(actor=request.user, now=clock.now())
    return redirect_with_message(
        request,
        _("The copy is being made. You find it here, and are told when it is ready."),
        reverse("own_data"),
    )


@login_required
@reauthentication_required(app="allauth.account")
@never_cache
@require_safe
def archive(request: SignedInRequest, public_id: str) -> FileResponse:
    """Download a copy of one's own data."""
    found = archive_download(actor=request.user, public_id=public_id, now=clock.now())
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=f"{found.public_id}.zip")


class DeletionForm(forms.Form):
    """The person's word that they know what deletion means."""

    understood = forms.BooleanField(
        label=gettext_lazy("I have read what is deleted and what stays"),
        error_messages={"required": gettext_lazy("Confirm that you have read it.")},
    )


@login_required
@reauthentication_required(allow_get=True, app="allauth.account")
@confirmation_view
def account_delete(request: SignedInRequest) -> Confirmation:
    """Confirm the deletion of one's own account."""
    now = clock.now()
    due = date_only(now + TIME_TO_WITHDRAW)
    return Confirmation(
        heading=_("Delete your account?"),
        consequences=[
            _("It is deleted on {date}. Until then you can withdraw this in Settings.").format(date=due),
            _("Deleted: name, user name, email address, phone, password, second factors, sessions, tokens."),
            _("Deleted: your notifications, mails to you, your basket, calendars and copies of your data."),
            _(
                "Your roles in organizations and your places on waiting lists end. Nobody can log in to the "
                "account again."
            ),
            *_describe_what_stops(request.user),
            _(
                "Kept, as the law on accounting and archives requires: bookings, usage logs, samples, "
                "statements, objections and the audit log. They name “Deleted user” in place of you."
            ),
            _("Reasons and comments that you wrote stay as they are; contacts that units publish, too."),
        ],
        action=_("Delete the account"),
        perform=lambda: account_deletion_ask(actor=request.user, now=now),
        success=_("Your account will be deleted on {date}. You can withdraw this until then.").format(
            date=due
        ),
        back_address=reverse("own_data"),
        form=DeletionForm(request.POST if request.method == "POST" else None),
        tone="danger",
    )


def _describe_what_stops(person: "User") -> list[str]:
    """Return what stops in each of a person's organizations of what they made there."""
    between = ": " if in_english() else "："
    return [
        f"{bilingual(one.organization, 'name')}{between}{sentence}"
        for one in accounts.belongings(person)
        if one.active
        for sentence in describe_what_stops(person, one.organization)
    ]


@login_required
@require_POST
@idempotent_form
def account_keep(request: SignedInRequest) -> HttpResponse:
    """Withdraw the request to delete the account."""
    account_deletion_withdraw(actor=request.user, now=clock.now())
    return redirect_with_message(request, _("Withdrawn: your account stays."), reverse("own_data"))


class AgreementForm(forms.Form):
    """Consent to the present privacy notice."""

    privacy = forms.BooleanField(
        label=gettext_lazy("I have read the privacy notice and agree to it"),
        error_messages={"required": gettext_lazy("Read the privacy notice and agree to it.")},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def privacy_agreement(request: SignedInRequest) -> HttpResponse:
    """Ask for consent to a new version of the privacy notice, and lead on to where the person went."""
    form = AgreementForm(request.POST if request.method == "POST" else None)
    agreed = run_service(
        form,
        lambda: services.user_agree(actor=request.user, version=NOTICE_VERSION, now=clock.now()),
    )
    onward = request.GET.get("next", "")
    if agreed is not None:
        request.session.pop(ASKED_IN_SESSION, None)
        is_ours = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
        return HttpResponseRedirect(onward if is_ours else page_address("desk"))
    context = {
        "form": form,
        "version": NOTICE_VERSION,
        "date": NOTICE_DATE,
        "agreed_before": request.user.privacy_version,
        "purposes": PURPOSES,
    }
    return render_form(request, "people/privacy_agreement.html", context)
