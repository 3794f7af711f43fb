"""Open a scheme, apply for a voucher, and decide on applications."""

from datetime import datetime
from typing import TYPE_CHECKING

import rules
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, yuan
from rewards.vouchers.domain.choices import ApplicationState
from rewards.vouchers.domain.errors import EarlierFirst
from rewards.vouchers.forms import ApplicationForm, SchemeForm, facts_in_words
from rewards.vouchers.selectors.vouchers import (
    administered_organizations,
    applying_organizations,
    get_application,
    get_file,
    get_scheme,
    has_budget_left,
    waiting_before,
)
from rewards.vouchers.services.granting import (
    find_grant_hindrance,
    get_amount_to_grant,
    require_grantable,
    require_may_apply,
    require_open,
    require_waiting,
    voucher_application_refuse,
    voucher_apply,
    voucher_grant,
    voucher_scheme_open,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from rewards.vouchers.models import VoucherFile, VoucherScheme


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def scheme_new(request: SignedInRequest) -> HttpResponse:
    """Open a batch of a scheme."""
    require(request.user, "rewards.open_voucher_scheme")
    form = SchemeForm(request.POST if request.method == "POST" else None)
    return answer_form(
        request,
        form,
        save=lambda: voucher_scheme_open(actor=request.user, now=clock.now(), **form.opened),
        respond=lambda made: redirect_with_message(
            request, _("The batch is open."), reverse("voucher_scheme", args=[made.public_id])
        ),
        template="rewards/vouchers/scheme_new.html",
        context=lambda: {"form": form},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def apply(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Apply for a voucher of a batch. Raises NotOpenNow, BudgetUsedUp, AppliedAlready, NotQualified."""
    scheme, now = get_scheme(public_id), clock.now()
    organizations = _get_applicants(request, scheme, now)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ApplicationForm(*posted, scheme=scheme, organizations=organizations)
    return answer_form(
        request,
        form,
        save=lambda: voucher_apply(actor=request.user, scheme_id=scheme.pk, now=now, **form.applied),
        respond=lambda made: redirect_with_message(
            request,
            _("The application is sent. You will be notified of the decision."),
            reverse("voucher_application", args=[made.public_id]),
        ),
        template="rewards/vouchers/apply.html",
        context=lambda: {"form": form, "scheme": scheme},
    )


def _get_applicants(request: SignedInRequest, scheme: "VoucherScheme", now: datetime) -> "list[Organization]":
    """Return the organizations among which the viewer chooses who applies.

    Once the form is sent these are all that they administer: the service says why one of them may not apply,
    and the form keeps what was stated. Raises NotOpenNow, what keeps all of them from applying, and Forbidden
    for who administers none.
    """
    administered = administered_organizations(request.user)
    if request.method == "POST" and administered:
        return administered
    require_open(scheme.terms, now)
    applying = applying_organizations(request.user, scheme, now.astimezone(CITY_TIME).date())
    if applying:
        return applying
    for organization in administered:
        require_may_apply(scheme, organization, now)
    raise Forbidden


@login_required
@require_safe
def application(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an application with what was stated and its files."""
    found = get_application(request.user, public_id)
    waits = found.state == ApplicationState.SUBMITTED
    decides = waits and rules.has_perm("rewards.decide_voucher", request.user, found)
    hindrance = find_grant_hindrance(found, get_amount_to_grant(found), clock.now()) if decides else None
    context = {
        "application": found,
        "stated": facts_in_words(found.stated),
        "files": _files(found.public_id, list(found.files.order_by("id"))),
        "decides": decides,
        "oversees": rules.has_perm("rewards.see_vouchers", request.user),
        "hindrance": told(hindrance.message, hindrance.params) if hindrance else "",
        "earlier": waiting_before(found) if isinstance(hindrance, EarlierFirst) else None,
    }
    return render(request, "rewards/vouchers/application.html", context)


def _files(public_id: str, files: "list[VoucherFile]") -> list[tuple[str, str]]:
    return [(one.name, reverse("voucher_application_file", args=[public_id, one.sha256])) for one in files]


@login_required
@require_safe
def application_file(request: SignedInRequest, public_id: str, sha256: str) -> FileResponse:
    """Serve a file of an application, to be saved."""
    return send_file(get_file(get_application(request.user, public_id), sha256))


def send_file(kept: "VoucherFile") -> FileResponse:
    """Return a private file, to be saved under the name that its sender gave it."""
    return FileResponse(
        kept.file.open("rb"), as_attachment=True, filename=kept.name, content_type=kept.media_type
    )


@confirmation_view
def application_grant(request: SignedInRequest, public_id: str) -> Confirmation:
    """Grant a voucher."""
    found = get_application(request.user, public_id)
    require(request.user, "rewards.decide_voucher", found)
    amount = require_grantable(found, clock.now())
    return Confirmation(
        heading=_("Grant {organization} a voucher?").format(
            organization=bilingual(found.organization, "name")
        ),
        consequences=[
            _("Applied for: {amount}").format(amount=yuan(found.amount_yuan)),
            _("The voucher is worth {amount}, as far as the budget of the batch goes.").format(
                amount=yuan(amount)
            ),
            _("It is valid for uses through {last}; they are claimed through {claimed}.").format(
                last=date_only(found.scheme.use_until), claimed=date_only(found.scheme.terms.claim_until)
            ),
        ],
        action=_("Grant the voucher"),
        perform=lambda: voucher_grant(actor=request.user, application_id=found.pk, now=clock.now()),
        success=_("The voucher is granted. The organization has been notified."),
        back_address=reverse("voucher_application", args=[public_id]),
    )


@confirmation_view
def application_refuse(request: SignedInRequest, public_id: str) -> Confirmation:
    """Refuse an application."""
    found = get_application(request.user, public_id)
    require(request.user, "rewards.decide_voucher", found)
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps the reason
        require_waiting(found)
    form = ReasonForm(
        request.POST if request.method == "POST" else None, help_text=_("The organization can read it.")
    )
    today = clock.now().astimezone(CITY_TIME).date()
    is_open = found.scheme.terms.takes_applications(today) and has_budget_left(found.scheme)
    return Confirmation(
        heading=_("Refuse the application of {organization}?").format(
            organization=bilingual(found.organization, "name")
        ),
        consequences=[
            _("It can apply again, behind those that wait by then.")
            if is_open
            else _("Applications are no longer taken: it can’t apply again.")
        ],
        action=_("Refuse the application"),
        perform=lambda: voucher_application_refuse(
            actor=request.user, application_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The application is refused. The organization has been notified."),
        back_address=reverse("voucher_application", args=[public_id]),
        form=form,
        tone="danger",
    )
