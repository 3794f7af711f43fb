"""Suspend, resume or retire an instrument, revoke a qualification, and settle affected bookings."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.requests.domain.errors import InstrumentHitsBookings, QualificationHitsBookings
from bookings.requests.forms.outcomes import CANCEL, KEEP, MOVE, OutcomesForm
from bookings.requests.selectors.affected import (
    affected_bookings,
    get_qualification_condition,
    get_upcoming_condition,
)
from bookings.requests.services import instrument_states as instrument_states_services
from bookings.requests.services.instrument_states import (
    instrument_resume,
    instrument_retire,
    instrument_suspend,
)
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import DomainError, require_found
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm, add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import Q

    from providers.models import Instrument

AFFECTED_BOOKINGS_ERRORS = (InstrumentHitsBookings, QualificationHitsBookings)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def suspend(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Suspend an instrument."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.suspend_instrument")
    name = bilingual(instrument, "name")
    context = {
        "heading": _("Take “{name}” out of service for a time").format(name=name),
        "consequences": [
            _("Nobody can book it until it is put back into service; everybody sees so, with the reason."),
            _("Uses that are under way go on."),
        ],
        "action": _("Suspend and say why"),
    }
    return _ask_outcomes(
        request,
        context,
        condition=get_upcoming_condition(instrument.pk, now),
        choices=(KEEP, CANCEL, MOVE),
        home=_home(request, instrument),
        act=lambda reason, outcomes: instrument_suspend(
            actor=request.user, instrument_id=instrument.pk, reason=reason, outcomes=outcomes, now=now
        ),
        afterwards=_("Suspended. It is no longer offered for booking."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def retire(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Retire an instrument."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.edit_instrument")
    context = {
        "heading": _("Retire “{name}” for good").format(name=bilingual(instrument, "name")),
        "consequences": [
            _("It leaves the catalogue and can never be booked again; its records stay."),
            _("Its open time ends now."),
            _("This can't be undone."),
        ],
        "action": _("Retire for good"),
    }
    return _ask_outcomes(
        request,
        context,
        condition=get_upcoming_condition(instrument.pk, now),
        choices=(CANCEL,),
        home=_home(request, instrument),
        act=lambda reason, outcomes: instrument_retire(
            actor=request.user, instrument_id=instrument.pk, reason=reason, outcomes=outcomes, now=now
        ),
        afterwards=_("Retired. Its records stay in the unit's list."),
    )


@confirmation_view
def resume(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm putting an instrument back into service."""
    instrument = _instrument(request, public_id, "providers.suspend_instrument")
    home = _home(request, instrument)
    return Confirmation(
        heading=_("Put “{name}” back into service").format(name=bilingual(instrument, "name")),
        consequences=[_("It can be booked again at once, by the rule in force.")],
        action=_("Put back into service"),
        perform=lambda: instrument_resume(actor=request.user, instrument_id=instrument.pk, now=clock.now()),
        success=_("It can be booked again."),
        back_address=home,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def qualification_revoke(request: SignedInRequest, public_id: str, qualification_id: int) -> HttpResponse:
    """Revoke a qualification to operate an instrument."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.qualify_user")
    found = require_found(
        providers.qualifications_of([instrument.pk], now).filter(pk=qualification_id).first()
    )
    context = {
        "heading": _("End the right of {name} to operate “{instrument}”").format(
            name=found.user.name, instrument=bilingual(instrument, "name")
        ),
        "consequences": [
            _("{name} can no longer book it for own operation, and is told at once.").format(
                name=found.user.name
            )
        ],
        "action": _("End the right"),
    }
    return _ask_outcomes(
        request,
        context,
        condition=get_qualification_condition(found, now),
        choices=(KEEP, CANCEL),
        home=reverse("instrument_people", args=[public_id]),
        act=lambda reason, outcomes: instrument_states_services.qualification_revoke(
            actor=request.user, qualification_id=found.pk, reason=reason, outcomes=outcomes, now=now
        ),
        afterwards=_("The right has ended, and the person has been told."),
    )


def _ask_outcomes(
    request: SignedInRequest,
    context: dict[str, Any],
    *,
    condition: "Q",
    choices: Sequence[str],
    home: str,
    act: Callable[[str, Mapping[str, Any]], Any],
    afterwards: str,
) -> HttpResponse:
    """Ask for the reason and the outcome of each affected booking, then act."""
    is_sent = request.method == "POST"
    form = ReasonForm(request.POST if is_sent else None, help_text=_("Everybody concerned reads it."))

    def fates(sent: Any) -> OutcomesForm:
        return OutcomesForm(sent, bookings=list(affected_bookings(request.user, condition)), choices=choices)

    asked = fates(request.POST if is_sent and OutcomesForm.has_answers(request.POST) else None)
    if is_sent and form.is_valid() and (not asked.bookings or asked.is_valid()):
        try:
            act(form.cleaned_data["reason"], asked.outcomes if asked.bookings else {})
        except AFFECTED_BOOKINGS_ERRORS:
            asked = fates(None)
        except DomainError as error:
            add_problems(form, error)
        else:
            return redirect_with_message(request, afterwards, home)
    context |= {"form": form, "fates": asked, "rows": asked.rows, "back_address": home}
    return render(request, "bookings/requests/settle.html", context, status=422 if is_sent else 200)


def _instrument(request: SignedInRequest, public_id: str, permission: str) -> "Instrument":
    """Return the instrument if the viewer has the permission on it. Raises NotFound and Forbidden."""
    instrument = providers.instrument(request.user, public_id)
    require(request.user, permission, instrument)
    return instrument


def _home(request: SignedInRequest, instrument: "Instrument") -> str:
    """Return the editor's address for those who may edit, else the public page's."""
    may_edit = rules.has_perm("providers.edit_instrument", request.user, instrument)
    return reverse("instrument_edit" if may_edit else "instrument", args=[instrument.public_id])
