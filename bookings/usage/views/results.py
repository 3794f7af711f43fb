"""State what came of a use, and withdraw it."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.usage.domain.errors import require_not_withdrawn
from bookings.usage.forms.results import ResultForm
from bookings.usage.selectors.usage import get_result, get_usage_log
from bookings.usage.services.results import usage_result_state, usage_result_withdraw
from instrument_share.accounts.permissions import require
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest


@confirmation_view
def result_new(request: SignedInRequest, public_id: str) -> Confirmation:
    """State a result of a use."""
    log = get_usage_log(request.user, public_id)
    require(request.user, "bookings.state_result", log)
    form = ResultForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Add a result of this use"),
        consequences=[_("It is shown with the usage log and counted in the statistics.")],
        action=_("Add the result"),
        perform=lambda: usage_result_state(actor=request.user, log_id=log.pk, now=clock.now(), **form.facts),
        success=_("The result is added."),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
    )


@confirmation_view
def result_withdraw(request: SignedInRequest, public_id: str, result_id: str) -> Confirmation:
    """Withdraw a result, with a reason."""
    result = get_result(get_usage_log(request.user, public_id), result_id)
    require(request.user, "bookings.withdraw_result", result)
    require_not_withdrawn(getattr(result, "withdrawal", None))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Withdraw “{title}”?").format(title=result.title),
        consequences=[_("It no longer counts. The entry stays on record, with your reason.")],
        action=_("Withdraw the result"),
        perform=lambda: usage_result_withdraw(
            actor=request.user, result_id=result.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The result is withdrawn."),
        back_address=reverse("usage_log", args=[public_id]),
        form=form,
        tone="danger",
    )
