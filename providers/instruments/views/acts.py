"""Submit and confirm an instrument; decisions that affect bookings are in `bookings`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, Text, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers.instruments.domain.notices import FRESH
from providers.instruments.services.instruments import instrument_confirm, instrument_submit
from providers.instruments.views.common import own_instrument


@dataclass(frozen=True)
class Act:
    """The texts of a confirmation page, with its service and permission."""

    service: Callable[..., Any]
    permission: str
    heading: Text
    consequences: Sequence[Text]
    action: Text
    success: Text


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


@confirmation_view
def act(request: SignedInRequest, public_id: str, verb: str) -> Confirmation:
    if verb not in ACTS:
        raise NotFound
    asked = ACTS[verb]
    instrument = own_instrument(request, public_id, asked.permission)
    return Confirmation(
        heading=str(asked.heading).format(name=bilingual(instrument, "name")),
        consequences=asked.consequences,
        action=asked.action,
        perform=lambda: asked.service(actor=request.user, instrument_id=instrument.pk, now=clock.now()),
        success=asked.success,
        back_address=reverse("instrument_edit", args=[public_id]),
    )
