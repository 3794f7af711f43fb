"""Create and edit a unit's instruments."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.errors import RevisionMismatch
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import (
    answer_form,
    redirect_with_message,
    render_form,
    run_service,
)
from providers.instruments.domain import fields
from providers.instruments.domain.choices import BelongsTo, Condition, Funding, Origin, Purpose, SharingMode
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE, LIVE, is_removable
from providers.instruments.forms.instrument import InstrumentForm, instrument_initial
from providers.instruments.selectors.instruments import keepers_of, refused_values
from providers.instruments.services.instruments import (
    clean_instrument_values,
    instrument_create,
    instrument_update,
    instrument_values,
)
from providers.instruments.views.common import managed_unit, own_instrument, person
from providers.revisions.selectors import revised_row
from providers.revisions.views.editing import report_conflict

if TYPE_CHECKING:
    from providers.instruments.models import Instrument


USUAL = {
    "origin": Origin.PURCHASE.value,
    "purpose": Purpose.GENERAL.value,
    "funding": Funding.OWN.value,
    "sharing_mode": SharingMode.EXTERNAL.value,
    "condition": Condition.NORMAL.value,
    "belongs_to": BelongsTo.NONE.value,
}
"""What most instruments are."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def new(request: HttpRequest, organization_id: str) -> HttpResponse:
    unit = managed_unit(request, organization_id)
    form = InstrumentForm(request.POST or None, initial=USUAL)
    return answer_form(
        request,
        form,
        save=lambda: instrument_create(
            actor=person(request), organization_id=unit.pk, values=form.values(), now=clock.now()
        ),
        respond=lambda made: redirect_with_message(
            request, _after_saving(made), reverse("instrument_edit", args=[made.public_id])
        ),
        template="providers/instruments/instrument_new.html",
        context=lambda: {"unit": unit, "form": form},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    now = clock.now()
    instrument = own_instrument(request, public_id)
    refused = refused_values(instrument)
    form = InstrumentForm(request.POST or None, initial=instrument_initial(instrument, refused))

    def update() -> Any:
        return instrument_update(
            actor=person(request),
            instrument_id=instrument.pk,
            values=form.values(),
            revision=form.cleaned_data["revision"],
            now=now,
        )

    meanwhile: Any = ()
    try:
        if request.method == "POST" and (saved := run_service(form, update, reraise=RevisionMismatch)):
            return redirect_with_message(request, _after_saving(saved), request.path)
    except RevisionMismatch as error:
        meanwhile = report_conflict(
            form, error, revised_row(request.user, public_id), _typed(form, instrument)
        )
    context = {
        "instrument": instrument,
        "unit": instrument.organization,
        "form": form,
        "meanwhile": meanwhile,
        "lacking": [spec.label for spec in fields.missing_fields(instrument_values(instrument))],
        "editable": instrument.state in EDITABLE_AS_A_WHOLE | LIVE,
        "live": instrument.state in LIVE,
        "removable": is_removable(instrument.state, instrument.submitted_at),
        "waiting": [fields.FIELDS[name].label for name in instrument.pending_values],
        "refused": [fields.FIELDS[name].label for name in refused],
        "keepers": keepers_of([instrument.pk])[instrument.pk],
        "now": now,
    }
    return render_form(request, "providers/instruments/instrument_edit.html", context)


def _typed(form: InstrumentForm, instrument: "Instrument") -> dict[str, Any]:
    """Return the typed values as an instrument holds them."""
    values = clean_instrument_values(form.values(), instrument)
    category = values["category"]
    return {**values, "category_id": category.pk if category else None}


def _after_saving(instrument: "Instrument") -> str:
    if instrument.pending_values:
        return _("Saved. What the bureau reviews waits for its decision; everything else is public now.")
    if instrument.state in LIVE:
        return _("Saved and public; it counts as confirmed today.")
    lacking = fields.missing_fields(instrument_values(instrument))
    if lacking:
        return _("Saved as a draft. Fill in what is still missing, then submit it for review.")
    return _("Saved as a draft. Nothing is missing: submit it for review.")
