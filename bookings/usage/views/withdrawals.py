"""Withdraw a correction that waits to be confirmed."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.usage.selectors.usage import find_withdrawal_refusal, get_correction, get_usage_log
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.accounts.permissions import require
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest


@confirmation_view
def correction_withdraw(request: SignedInRequest, public_id: str, correction_id: str) -> Confirmation:
    """Withdraw a correction of a log, with a reason."""
    correction = get_correction(get_usage_log(request.user, public_id), correction_id)
    require(request.user, "bookings.withdraw_correction", correction)
    # What is sent is refused by the service, and the form keeps the reason.
    if request.method != "POST" and (refusal := find_withdrawal_refusal(correction)):
        raise refusal
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Withdraw this correction?"),
        consequences=[
            _("It can't be confirmed any more, and the use counts as it does now."),
            _("The proposal stays on record, with your reason; its author and the user are told."),
        ],
        action=_("Withdraw the correction"),
        perform=lambda: usage_correction_withdraw(
            actor=request.user, correction_id=correction.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The correction is withdrawn."),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
        tone="danger",
    )
