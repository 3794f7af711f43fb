"""Submit, confirm and remove an instrument; decisions that affect bookings are in `bookings`."""

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.journal.addresses import page_address
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers.instruments.domain.freshness import FRESH_FOR
from providers.instruments.services.instruments import instrument_confirm, instrument_submit
from providers.instruments.services.removal import instrument_remove
from providers.instruments.templatetags.instruments_ui import instrument_notices
from providers.instruments.views.common import own_instrument


@confirmation_view
def submit(request: SignedInRequest, public_id: str) -> Confirmation:
    instrument, now = own_instrument(request, public_id), clock.now()
    return Confirmation(
        heading=_("Submit “{name}” for review").format(name=bilingual(instrument, "name")),
        consequences=[
            _("The Science and Technology Bureau reviews it; you are told of the decision."),
            _("Until then it can't be changed."),
            *(notice.text for notice in instrument_notices(instrument, now)),
        ],
        action=_("Submit for review"),
        perform=lambda: instrument_submit(actor=request.user, instrument_id=instrument.pk, now=now),
        success=_("Submitted. The bureau reviews it; set its keepers and its rule meanwhile."),
        back_address=reverse("instrument_edit", args=[public_id]),
    )


@confirmation_view
def remove(request: SignedInRequest, public_id: str) -> Confirmation:
    instrument = own_instrument(request, public_id)
    return Confirmation(
        heading=_("Remove the draft “{name}”").format(name=bilingual(instrument, "name")),
        consequences=[
            _("Its fields, pictures, files, keepers and rules are removed and can't be brought back."),
            _("Only drafts that were never submitted for review can be removed; the journal records it."),
        ],
        action=_("Remove the draft"),
        perform=lambda: instrument_remove(actor=request.user, instrument_id=instrument.pk, now=clock.now()),
        success=_("The draft is removed."),
        back_address=reverse("instrument_edit", args=[public_id]),
        next_address=page_address("unit_instruments", instrument.organization.public_id),
        tone="danger",
    )


@confirmation_view
def confirm(request: SignedInRequest, public_id: str) -> Confirmation:
    instrument = own_instrument(request, public_id)
    return Confirmation(
        heading=_("Is everything about “{name}” still right?").format(name=bilingual(instrument, "name")),
        consequences=[
            _("You confirm that you have read it through and that it is correct."),
            _("It counts as up to date for {days} days.").format(days=FRESH_FOR.days),
        ],
        action=_("It is up to date"),
        perform=lambda: instrument_confirm(
            actor=request.user,
            instrument_id=instrument.pk,
            now=clock.now(),
            revision=parse_number(request.GET.get("seen", "")),
        ),
        success=_("Confirmed. It counts as up to date for {days} days.").format(days=FRESH_FOR.days),
        back_address=reverse("instrument_edit", args=[public_id]),
    )
