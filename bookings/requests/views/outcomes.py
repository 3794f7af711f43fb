"""Ask for the outcome of each booking that a decision affects, then decide."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from bookings.requests.domain.errors import DecisionHitsBookings
from bookings.requests.forms.outcomes import OutcomeNotes, OutcomesForm
from bookings.requests.selectors.affected import affected_bookings
from bookings.requests.selectors.bookings import find_immovable
from bookings.requests.selectors.companions import get_companions_of_each
from bookings.requests.views.common import describe_cancelled_too
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import join_sentences

if TYPE_CHECKING:
    from django import forms
    from django.db.models import Q

    from bookings.requests.models import Booking


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
        found = list(affected_bookings(request.user, condition))
        return build_form(sent, bookings=found, choices=choices, notes=build_notes(found, clock.now()))

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


def build_notes(found: "Collection[Booking]", now: datetime) -> OutcomeNotes:
    """Return what a form of outcomes says of these bookings; two statements, however many there are."""
    if not found:
        return OutcomeNotes()
    together = get_companions_of_each(found)
    return OutcomeNotes(
        cancelled_too={pk: join_sentences(describe_cancelled_too(others)) for pk, others in together.items()},
        immovable={pk: _describe_obstacle(held) for pk, held in find_immovable(found, now).items()},
    )


def _describe_obstacle(is_out_of_service: bool) -> str:
    if is_out_of_service:
        return _("It can’t be moved: its instrument, or one that was booked with it, is out of service.")
    return _("It can’t be moved at present; its page says why.")
