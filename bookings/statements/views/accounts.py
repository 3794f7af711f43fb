"""The account to which a unit's statements are paid: see it with those before, and enter another."""

from typing import TYPE_CHECKING

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.statements.selectors.accounts import statement_accounts, statements_with_former_account
from bookings.statements.services.accounts import statement_account_enter
from bookings.statements.views.statements import get_managed_unit
from instrument_share.web import clock
from instrument_share.web.forms.bank_account import BankAccountForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest

if TYPE_CHECKING:
    from bookings.statements.models import StatementAccount


@login_required
@reauthentication_required(allow_get=True, app="allauth.account")
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def statement_account(request: SignedInRequest, organization_id: str) -> HttpResponse:
    """Show the account to which the unit's statements are paid; its manager enters another.

    The password is asked for again before: who finds an open session can't turn the payments to themselves.
    """
    unit = get_managed_unit(request.user, organization_id)
    entered = list(statement_accounts(unit.pk))
    present = entered[0] if entered else None
    form = BankAccountForm(request.POST if request.method == "POST" else None)
    return answer_form(
        request,
        form,
        save=lambda: statement_account_enter(
            actor=request.user, organization_id=unit.pk, now=clock.now(), **form.cleaned_data
        ),
        respond=lambda saved: redirect_with_message(request, _describe_entered(saved, present), request.path),
        template="bookings/statements/account.html",
        context=lambda: {
            "unit": unit,
            "present": present,
            "former": present and statements_with_former_account(present).count(),
            "earlier": entered[1:],
            "form": form,
        },
    )


def _describe_entered(account: "StatementAccount", present: "StatementAccount | None") -> str:
    if account == present:
        return _("This is the current account already; nothing has changed.")
    return _("The account is entered. Statements that you send from now on name it.")
