"""Record a payment by itself, or that one came back."""

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, yuan
from rewards.assessment.selectors import assessments
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.payments.forms import PaymentForm, ReversalForm, describe_present
from rewards.payments.selectors.accounts import get_accounts, get_kept_accounts
from rewards.payments.selectors.payments import get_payment
from rewards.payments.services.payments import (
    get_earliest_date,
    get_sealed_date,
    payment_record,
    payment_reverse,
    require_unbound,
)
from rewards.report.selectors.reports import get_report
from rewards.report.selectors.sealed import get_sealed_units


@confirmation_view
def payment_new(request: SignedInRequest, public_id: str, award_id: str) -> Confirmation:
    """Record the payment of an award; the amount can't be changed."""
    require(request.user, "rewards.record_payment")
    found = get_report(request.user, public_id)
    unit = require_found(assessments(request.user, found.cycle).filter(award__public_id=award_id).first())
    require_unbound(request.user, unit.award)
    sealed = require_found(next((one for one in get_sealed_units(found) if one.award == award_id), None))
    account = get_accounts([unit.organization_id]).get(unit.organization_id)
    now = clock.now()
    form = PaymentForm(
        request.POST if request.method == "POST" else None,
        account=account,
        kept=get_kept_accounts(unit.organization_id, get_sealed_date(found)),
        earliest=get_earliest_date(found, unit.award),
        today=now.astimezone(CITY_TIME).date(),
    )
    amount, name = sealed.amount_yuan, bilingual(sealed, "name")
    address = reverse("report", args=[public_id])
    return Confirmation(
        heading=_("Payment to {unit}").format(unit=name),
        consequences=[
            _("Amount: {amount}, exactly the award of {year}.").format(
                amount=yuan(amount), year=found.cycle.year
            ),
            *([describe_present(account)] if account else []),
            _("A recorded payment cannot be changed. The year is closed when every award is paid."),
        ],
        action=_("Record the payment"),
        perform=lambda: payment_record(
            actor=request.user,
            report_id=found.pk,
            award_id=unit.award.pk,
            amount_yuan=amount,
            paid_date=form.cleaned_data["paid_date"],
            voucher=form.cleaned_data["voucher"],
            shown_account=request.POST.get("account"),
            paid_account=form.cleaned_data.get("paid_account"),
            account_reason=form.cleaned_data.get("account_reason", ""),
            now=now,
        ),
        success=lambda: _("{amount} to {unit}, paid on {date}, is recorded.").format(
            amount=yuan(amount), unit=name, date=date_only(form.cleaned_data["paid_date"])
        ),
        back_address=address,
        next_address=f"{address}#units",
        form=form,
    )


@confirmation_view
def payment_back(request: SignedInRequest, public_id: str, payment_id: str) -> Confirmation:
    """Record that a payment came back."""
    require(request.user, "rewards.record_payment")
    found = get_report(request.user, public_id)
    payment = get_payment(found, payment_id)
    require_unbound(request.user, payment.award)
    name_as_frozen(found.cycle, [payment.award.assessment.organization])
    now = clock.now()
    form = ReversalForm(
        request.POST if request.method == "POST" else None,
        earliest=payment.paid_date,
        today=now.astimezone(CITY_TIME).date(),
    )
    amount, name = yuan(payment.amount_yuan), bilingual(payment.award.assessment.organization, "name")
    address = reverse("report", args=[public_id])
    return Confirmation(
        heading=_("Did the payment to {unit} come back?").format(unit=name),
        consequences=[
            _("{amount}, paid on {date} with voucher {voucher}, counts as not paid.").format(
                amount=amount, date=date_only(payment.paid_date), voucher=payment.voucher or "—"
            ),
            _("Both entries stay on record; the award can be paid again. The unit is told why."),
        ],
        action=_("Record the reversal"),
        perform=lambda: payment_reverse(
            actor=request.user, payment_id=payment.pk, now=now, **form.cleaned_data
        ),
        success=_("{amount} of {unit} came back; the award waits for its payment.").format(
            amount=amount, unit=name
        ),
        back_address=address,
        next_address=f"{address}#units",
        form=form,
        tone="danger",
    )
