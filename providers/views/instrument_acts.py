"""What changes an instrument's state, each asked about first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.formats import bilingual
from instrument_share.web.idempotency import idempotent_form
from providers import services
from providers.forms.instrument import ReasonForm
from providers.views.common import confirmed, done, own_instrument, person

if TYPE_CHECKING:
    from providers.models import Instrument

Text = str | Promise


@dataclass(frozen=True)
class Act:
    """A move as it is asked about: what will happen, what its button says, and what is said afterwards."""

    service: Callable[..., Any]
    permission: str
    heading: Text
    consequences: Sequence[Text]
    action: Text
    afterwards: Text
    needs_reason: bool = False
    tone: str = "primary"


ACTS = {
    "submit": Act(
        services.instrument_submit,
        "providers.edit_instrument",
        gettext_lazy("Submit “{name}” for review"),
        (
            gettext_lazy("The Science and Technology Bureau reviews it; you are told of the decision."),
            gettext_lazy("Until then it can't be changed."),
        ),
        gettext_lazy("Submit for review"),
        gettext_lazy("Submitted. The bureau reviews it; set its keepers and its rule meanwhile."),
    ),
    "confirm": Act(
        services.instrument_confirm,
        "providers.edit_instrument",
        gettext_lazy("Is everything about “{name}” still right?"),
        (
            gettext_lazy("You confirm that you have read it through and that it is right as it stands."),
            gettext_lazy("It counts as up to date for 365 days."),
        ),
        gettext_lazy("It is still right"),
        gettext_lazy("Confirmed. It counts as up to date for 365 days."),
    ),
    "suspend": Act(
        services.instrument_suspend,
        "providers.suspend_instrument",
        gettext_lazy("Take “{name}” out of service for a time"),
        (
            gettext_lazy("Nobody can book it until it is put back into service; everybody sees so."),
            gettext_lazy("Bookings that are made already stay: cancel or move them on the keeper's desk."),
        ),
        gettext_lazy("Suspend and say why"),
        gettext_lazy("Suspended. Look through the bookings that are made already."),
        needs_reason=True,
        tone="danger",
    ),
    "resume": Act(
        services.instrument_resume,
        "providers.suspend_instrument",
        gettext_lazy("Put “{name}” back into service"),
        (gettext_lazy("It can be booked again at once, by the rule in force."),),
        gettext_lazy("Put back into service"),
        gettext_lazy("It can be booked again."),
    ),
    "retire": Act(
        services.instrument_retire,
        "providers.edit_instrument",
        gettext_lazy("Retire “{name}” for good"),
        (
            gettext_lazy("It leaves the catalogue and can never be booked again; its records stay."),
            gettext_lazy("Its open time ends now."),
            gettext_lazy("This can't be undone."),
        ),
        gettext_lazy("Retire for good"),
        gettext_lazy("Retired. Its records stay in the unit's list."),
        needs_reason=True,
        tone="danger",
    ),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def act(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    if verb not in ACTS:
        raise NotFound
    asked = ACTS[verb]
    instrument = own_instrument(request, public_id, asked.permission)
    name, home = bilingual(instrument, "name"), _home(request, instrument)
    form = (
        ReasonForm(request.POST or None, hint=_("Everybody concerned reads it."))
        if asked.needs_reason
        else None
    )
    context = {
        "heading": str(asked.heading).format(name=name),
        "consequences": asked.consequences,
        "action": asked.action,
        "tone": asked.tone,
        "form": form,
        "back_address": home,
    }

    def carry_out() -> Any:
        reason = {"reason": form.cleaned_data["reason"]} if form else {}
        return asked.service(actor=person(request), instrument_id=instrument.pk, now=clock.now(), **reason)

    return confirmed(
        request,
        context,
        carry_out,
        lambda: done(request, str(asked.afterwards), home),
    )


def _home(request: HttpRequest, instrument: "Instrument") -> str:
    """The editor for who may edit, else the public page (a keeper, the bureau)."""
    may_edit = rules.has_perm("providers.edit_instrument", request.user, instrument)
    return reverse("instrument_edit" if may_edit else "instrument", args=[instrument.public_id])
