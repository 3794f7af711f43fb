"""Ask for the outcome of each booking that a decision affects, then decide."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render

from bookings.requests.domain.errors import DecisionHitsBookings
from bookings.requests.forms.outcomes import OutcomesForm
from bookings.requests.selectors.affected import affected_bookings
from instrument_share.kernel.errors import DomainError
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest

if TYPE_CHECKING:
    from django import forms
    from django.db.models import Q


def ask_outcomes(
    request: SignedInRequest,
    template: str,
    form: "forms.Form",
    *,
    condition: "Q",
    choices: Sequence[str],
    decide: Callable[[Mapping[str, Any]], str],
    next_address: str,
    build_form: Callable[..., OutcomesForm] = OutcomesForm,
    **context: Any,
) -> HttpResponse:
    """Show the form of a decision with the bookings that meet the condition, and decide.

    `decide` takes the outcomes by public id, as the services do, and returns the message for the next page.
    `build_form` makes the form of the outcomes.
    """
    is_sent = request.method == "POST"

    def build_fates(sent: Any) -> OutcomesForm:
        return build_form(sent, bookings=list(affected_bookings(request.user, condition)), choices=choices)

    fates = build_fates(request.POST if is_sent and OutcomesForm.has_answers(request.POST) else None)
    if is_sent and form.is_valid() and (not fates.bookings or fates.is_valid()):
        try:
            return redirect_with_message(request, decide(fates.outcomes), next_address)
        except DecisionHitsBookings:
            fates = build_fates(None)
        except DomainError as error:
            fates.add_refusal(error, form)
    context |= {"form": form, "fates": fates, "rows": fates.rows}
    return render(request, template, context, status=422 if is_sent else 200)
