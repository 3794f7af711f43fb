"""The receiving account of a unit: see it, enter it, check it."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.forms.bank_account import BankAccountForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from rewards.payments.selectors.accounts import accounts_of, get_account_owner
from rewards.payments.services.accounts import account_check, account_enter

if TYPE_CHECKING:
    from rewards.payments.models import PayeeAccount


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def payee_account(request: SignedInRequest, unit_id: str) -> HttpResponse:
    """Show the receiving account of a unit with those before; its manager enters another."""
    unit = get_account_owner(unit_id)
    of_unit = SimpleNamespace(organization_id=unit.pk)
    require(request.user, "rewards.see_account", of_unit)
    entered = list(accounts_of(unit.pk))
    present = entered[0] if entered else None
    enters = rules.has_perm("rewards.enter_account", request.user, of_unit)
    form = BankAccountForm(request.POST if enters and request.method == "POST" else None)
    return answer_form(
        request,
        form,
        save=lambda: account_enter(
            actor=request.user, organization_id=unit.pk, now=clock.now(), **form.cleaned_data
        ),
        respond=lambda saved: redirect_with_message(
            request, _describe_entered(saved, is_new=saved != present), request.path
        ),
        template="rewards/payments/account.html",
        context=lambda: {
            "unit": unit,
            "present": present,
            "earlier": entered[1:],
            "form": form if enters else None,
            "can_check": present is not None
            and present.checked_at is None
            and present.entered_by_id != request.user.pk,
            "is_own": present is not None and present.entered_by_id == request.user.pk,
        },
    )


def _describe_entered(account: "PayeeAccount", *, is_new: bool) -> str:
    """Return what became of the account that somebody entered; the present one again changes nothing."""
    if is_new:
        return _("The account is entered. It counts once another person has checked it.")
    if account.checked_at is None:
        return _("This is the current account already; nothing has changed. It still waits for a check.")
    return _("This is the current account already; nothing has changed. It is checked.")


@confirmation_view
def payee_account_check(request: SignedInRequest, unit_id: str, account_id: str) -> Confirmation:
    """Confirm that an account is right."""
    unit = get_account_owner(unit_id)
    require(request.user, "rewards.check_account", SimpleNamespace(organization_id=unit.pk))
    account = require_found(accounts_of(unit.pk).filter(public_id=account_id).first())
    return Confirmation(
        heading=_("Is this the account of {unit}?").format(unit=account.organization),
        consequences=[
            _("Holder: {holder}").format(holder=account.holder),
            _("Bank: {bank}").format(bank=account.bank),
            _("Number: {number}").format(number=account.number),
            _("Compare it with the unit’s sealed letter or the bank’s notice. Payments go to it."),
        ],
        action=_("I have compared it and it is correct"),
        perform=lambda: account_check(actor=request.user, account_id=account.pk, now=clock.now()),
        success=_("The account is checked."),
        back_address=reverse("payee_account", args=[unit_id]),
    )
