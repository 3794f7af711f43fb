"""Payout lists as page and paper, and what Finance records of them."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bookings.public import is_agreed
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.problem import told
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, yuan
from rewards.payments.forms import describe_present
from rewards.payments.selectors.accounts import get_accounts, get_kept_accounts, get_kept_accounts_by_unit
from rewards.payments.services.paid_accounts import find_account_lack
from rewards.vouchers.domain.errors import NothingToList, TookPartInClaim
from rewards.vouchers.forms import PayoutBackForm, PayoutForm, ShownAmountForm
from rewards.vouchers.reports import render_payout_list
from rewards.vouchers.selectors.claims import leave_out_waiting
from rewards.vouchers.selectors.payouts import (
    audited_claims,
    get_payout,
    get_payout_list,
    get_payout_reasons,
    get_row,
    payout_rows,
    rows_of_others,
)
from rewards.vouchers.selectors.vouchers import get_scheme
from rewards.vouchers.services.claiming import require_faultless
from rewards.vouchers.services.paying import (
    get_first_paid_date,
    get_made_date,
    require_in_force,
    require_uninvolved,
    require_unpaid,
    voucher_list_make,
    voucher_payout_record,
    voucher_payout_reverse,
)

if TYPE_CHECKING:
    from rewards.payments.models import PayeeAccount


@confirmation_view
def list_new(request: SignedInRequest, public_id: str) -> Confirmation:
    """Make a payout list of what is audited. Raises NothingToList, RelatedSince, UsesChanged, ListChanged."""
    require(request.user, "rewards.list_vouchers")
    scheme = get_scheme(public_id)
    waiting = leave_out_waiting(list(audited_claims(scheme.pk)))
    if not waiting:
        raise NothingToList
    now = clock.now()
    require_faultless(waiting, now)
    total = sum((one.amount_yuan for one in waiting), Decimal(0))
    form = ShownAmountForm(request.POST if request.method == "POST" else None, amount=total)
    return Confirmation(
        heading=_("Make a payout list?"),
        consequences=[
            ngettext(
                "%(count)s claim, %(total)s together.", "%(count)s claims, %(total)s together.", len(waiting)
            )
            % {"count": len(waiting), "total": yuan(total)},
            _("The Finance Bureau is notified and pays by it. The list can’t be changed."),
        ],
        action=_("Make the list"),
        perform=lambda: voucher_list_make(
            actor=request.user, scheme_id=scheme.pk, now=now, shown_yuan=form.sent_yuan
        ),
        success=_("The list is made. The Finance Bureau has been notified."),
        back_address=reverse("voucher_scheme", args=[public_id]),
        form=form,
    )


@login_required
@require_safe
def payout_list(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a list with what was paid."""
    found = get_payout_list(request.user, public_id)
    rows = list(payout_rows(found))
    organizations = {row.claim.grant.organization_id for row in rows}
    accounts = get_accounts(organizations)
    kept = get_kept_accounts_by_unit(organizations, get_made_date(found))
    of_others = rows_of_others(request.user, found)
    reasons = get_payout_reasons(rows)
    context = {
        "list": found,
        "rows": [
            (
                *_show(row, accounts.get(unit), was_kept=bool(kept[unit]), is_of_others=row.pk in of_others),
                [(payout, reasons.get(payout.public_id, "")) for payout in vars(row)["made"]],
                is_agreed(row.claim.statement),
            )
            for row in rows
            for unit in [row.claim.grant.organization_id]
        ],
        "pays": rules.has_perm("rewards.pay_voucher", request.user),
    }
    return render(request, "rewards/vouchers/list.html", context)


def _show(
    row: Any, present: "PayeeAccount | None", *, was_kept: bool, is_of_others: bool
) -> "tuple[Any, PayeeAccount | None, str]":
    """Return a row, the account to which it was or is to be paid, and what keeps the viewer from recording.

    The last is empty where nothing does: what went to an account that was kept before is recorded.
    """
    account = row.made[-1].payee_account if row.is_paid else present
    if is_of_others:
        return row, account, told(TookPartInClaim.message, {})
    lack = None if row.is_paid or was_kept else find_account_lack(present, row.claim.grant.organization)
    return row, account, told(lack.message, lack.params) if lack else ""


@counts_as("export")
@shown_by_browser
@login_required
@require_safe
def list_pdf(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the list as a signed paper in the browser."""
    found = get_payout_list(request.user, public_id)
    answer = HttpResponse(render_payout_list(found, list(payout_rows(found))), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="vouchers-{found.scheme}-{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


@confirmation_view
def payout_new(request: SignedInRequest, public_id: str, claim_id: str) -> Confirmation:
    """Record a payout. Raises PaidAlready, AccountMissing, AccountUnchecked."""
    require(request.user, "rewards.pay_voucher")
    found = get_payout_list(request.user, public_id)
    row, now = get_row(found, claim_id), clock.now()
    require_uninvolved(request.user, row)
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps it
        require_unpaid(row)
    organization = row.claim.grant.organization
    account = get_accounts([organization.pk]).get(organization.pk)
    kept = get_kept_accounts(organization.pk, get_made_date(found))
    if not kept and (lack := find_account_lack(account, organization)):
        raise lack
    assert account is not None, "what was kept before is followed by the present account"
    form = PayoutForm(
        request.POST if request.method == "POST" else None,
        amount=row.amount_yuan,
        account=account,
        kept=kept,
        first=get_first_paid_date(row),
        today=now.astimezone(CITY_TIME).date(),
    )
    return Confirmation(
        heading=_("Record the payout to {organization}").format(organization=bilingual(organization, "name")),
        consequences=[
            _("Amount: {amount}").format(amount=yuan(row.amount_yuan)),
            describe_present(account),
            _("A recorded payout can’t be changed; what comes back is recorded beside it."),
        ],
        action=_("Record the payout"),
        perform=lambda: voucher_payout_record(
            actor=request.user,
            row_id=row.pk,
            amount_yuan=form.cleaned_data["amount_yuan"],
            paid_date=form.cleaned_data["paid_date"],
            bank_reference=form.cleaned_data["bank_reference"],
            shown_account=request.POST.get("account"),
            paid_account=form.cleaned_data.get("paid_account"),
            account_reason=form.cleaned_data.get("account_reason", ""),
            now=now,
        ),
        success=_("The payout is recorded. The organization has been notified."),
        back_address=reverse("voucher_list", args=[public_id]),
        form=form,
    )


@confirmation_view
def payout_back(request: SignedInRequest, public_id: str, payout_id: str) -> Confirmation:
    """Record that a payout came back. Raises PayoutReversed."""
    require(request.user, "rewards.pay_voucher")
    payout = get_payout(get_payout_list(request.user, public_id), payout_id)
    require_uninvolved(request.user, payout.row)
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps it
        require_in_force(payout)
    now = clock.now()
    form = PayoutBackForm(
        request.POST if request.method == "POST" else None,
        first=payout.paid_date,
        today=now.astimezone(CITY_TIME).date(),
    )
    return Confirmation(
        heading=_("Did the payout of {amount} come back?").format(amount=yuan(payout.amount_yuan)),
        consequences=[
            _("The claim waits for a payout again."),
            _("The organization is told the reason, so that it can correct its receiving account."),
        ],
        action=_("Record that it came back"),
        perform=lambda: voucher_payout_reverse(
            actor=request.user, payout_id=payout.pk, now=now, **form.cleaned_data
        ),
        success=_("What came back is recorded."),
        back_address=reverse("voucher_list", args=[public_id]),
        form=form,
    )
