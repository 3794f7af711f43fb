"""Handing an instrument in, and confirming it; what hits bookings is asked about in `bookings`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.answers import confirmed, done
from instrument_share.web.formats import bilingual
from instrument_share.web.idempotency import idempotent_form
from providers.instruments.services.instruments import instrument_confirm, instrument_submit
from providers.instruments.views.common import own_instrument, person
from providers.units.domain.information import FRESH

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


ACTS = {
    "submit": Act(
        instrument_submit,
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
        instrument_confirm,
        "providers.edit_instrument",
        gettext_lazy("Is everything about “{name}” still right?"),
        (
            gettext_lazy("You confirm that you have read it through and that it is right as it stands."),
            format_lazy(gettext_lazy("It counts as up to date for {days} days."), days=FRESH.days),
        ),
        gettext_lazy("It is still right"),
        format_lazy(gettext_lazy("Confirmed. It counts as up to date for {days} days."), days=FRESH.days),
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
    name = bilingual(instrument, "name")
    home = reverse("instrument_edit", args=[public_id])
    context = {
        "heading": str(asked.heading).format(name=name),
        "consequences": asked.consequences,
        "action": asked.action,
        "back_address": home,
    }

    def carry_out() -> Any:
        return asked.service(actor=person(request), instrument_id=instrument.pk, now=clock.now())

    return confirmed(
        request,
        context,
        carry_out,
        lambda: done(request, str(asked.afterwards), home),
    )
