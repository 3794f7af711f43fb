"""Edit the customs supervision of an instrument."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.web import clock
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE, LIVE
from providers.instruments.forms.customs import CustomsForm, describe_customs
from providers.instruments.selectors.customs import customs_supervision
from providers.instruments.services.customs import customs_supervision_remove, customs_supervision_set
from providers.instruments.views.common import own_instrument, person

if TYPE_CHECKING:
    from providers.instruments.models import CustomsSupervision


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def customs(request: HttpRequest, public_id: str) -> HttpResponse:
    instrument = own_instrument(request, public_id)
    held = customs_supervision(instrument.pk)
    form = CustomsForm(request.POST if request.method == "POST" else None, initial=describe_customs(held))
    meanwhile: list[Difference] = []

    def save() -> "CustomsSupervision":
        return customs_supervision_set(
            actor=person(request),
            instrument_id=instrument.pk,
            values=form.cleaned_data,
            seen=form.cleaned_data["seen"],
            now=clock.now(),
        )

    return answer_form(
        request,
        form,
        save=lambda: save_or_compare(
            form,
            save,
            present=lambda: describe_customs(customs_supervision(instrument.pk)),
            meanwhile=meanwhile,
        ),
        respond=lambda _saved: redirect_with_message(
            request, _("The customs supervision is saved."), request.path
        ),
        template="providers/instruments/customs.html",
        context=lambda: {
            "instrument": instrument,
            "form": form,
            "meanwhile": meanwhile,
            "held": held,
            "editable": instrument.state in EDITABLE_AS_A_WHOLE | LIVE,
        },
    )


@confirmation_view
def customs_remove(request: SignedInRequest, public_id: str) -> Confirmation:
    instrument = own_instrument(request, public_id)
    return Confirmation(
        heading=_("“{name}” is no longer under customs supervision").format(
            name=bilingual(instrument, "name")
        ),
        consequences=[_("What was entered is removed; the record of changes keeps it.")],
        action=_("Remove the customs supervision"),
        perform=lambda: customs_supervision_remove(
            actor=request.user, instrument_id=instrument.pk, now=clock.now()
        ),
        success=_("The customs supervision is removed."),
        back_address=reverse("instrument_customs", args=[public_id]),
        tone="danger",
    )
