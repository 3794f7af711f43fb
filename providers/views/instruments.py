"""A unit's instruments: the list, entering and changing one."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.kernel.wording import Words
from instrument_share.web import clock, cursor, labels
from instrument_share.web.answers import carried_out, done
from instrument_share.web.exports import csv_response
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.problem import told
from providers import selectors, services
from providers.domain import instruments as fields
from providers.domain.states import EDITABLE_AS_A_WHOLE, LIVE
from providers.domain.words import (
    BelongsTo,
    Condition,
    Funding,
    InstrumentState,
    Origin,
    Purpose,
    SharingMode,
)
from providers.forms.instrument import InstrumentForm, initial_of
from providers.selectors.own import own_counts, own_instruments
from providers.services.instruments import usable, values_of
from providers.views.common import managed_unit, own_instrument, person
from providers.views.editing import overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from providers.models import Instrument

PER_PAGE = 30
EXPORTED_AT_ONCE = 1000
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
@require_safe
def instruments(request: HttpRequest, organization_id: str) -> HttpResponseBase:
    """The unit's instruments; `?state=` and `?q=` choose, `?export=csv` gives them as a sheet."""
    now = clock.now()
    unit = managed_unit(request, organization_id)
    wanted, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    found = own_instruments(request.user, unit.pk, now, wanted=wanted, text=text)
    if request.GET.get("export") == "csv":
        return _sheet(found.order_by("urgency", "name_zh", "id"))
    counts = own_counts(request.user, unit.pk, now)
    context = {
        "unit": unit,
        "page": cursor.page(
            found, ordering=("urgency", "name_zh", "id"), cursor=request.GET.get("cursor"), limit=PER_PAGE
        ),
        "chips": _chips(counts, wanted, text),
        "wanted": wanted,
        "text": text,
        "count": found.count(),
        "total": sum(counts.get(state, 0) for state in InstrumentState),
        "export": "?" + urlencode({"state": wanted, "q": text, "export": "csv"}),
    }
    return render(request, "providers/instruments.html", context)


def _chips(counts: "Mapping[str, int]", wanted: str, text: str) -> list[tuple[Any, ...]]:
    names = [
        ("returned", _("Returned")),
        *((state.value, labels.label("instrument", state.value).text) for state in InstrumentState),
        ("to_confirm", _("To be confirmed")),
    ]
    kept = {"q": text} if text else {}
    return [
        (
            name,
            "?" + urlencode(kept if code == wanted else {**kept, "state": code}),
            code == wanted,
            counts[code],
        )
        for code, name in names
        if counts.get(code)
    ]


def _sheet(found: "QuerySet[Instrument]") -> StreamingHttpResponse:
    """As a sheet that the import reads again: our own labels as headings."""
    specs = list(fields.FIELDS.values())
    heads = [told("{word}", {"word": Words(spec.label)}) for spec in specs]
    return csv_response(
        "instruments",
        [_("Number"), _("State"), *heads],
        (
            [row.public_id, labels.label("instrument", row.state).text, *(_cell(row, spec) for spec in specs)]
            for row in found.iterator(chunk_size=EXPORTED_AT_ONCE)
        ),
    )


def _cell(row: "Instrument", spec: fields.Field) -> Any:
    value = getattr(row, spec.name)
    if spec.kind == "category":
        return value.code if value else ""
    return ", ".join(value) if spec.kind == "subjects" else value


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def new(request: HttpRequest, organization_id: str) -> HttpResponse:
    now = clock.now()
    unit = managed_unit(request, organization_id)
    form = InstrumentForm(request.POST or None, initial=USUAL)

    def create() -> Any:
        return services.instrument_create(
            actor=person(request), organization_id=unit.pk, values=form.values(), now=now
        )

    if request.method == "POST" and (made := carried_out(form, create)):
        return done(request, _after_saving(made), reverse("instrument_edit", args=[made.public_id]))
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/instrument_new.html", {"unit": unit, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    now = clock.now()
    instrument = own_instrument(request, public_id)
    form = InstrumentForm(request.POST or None, initial=initial_of(instrument))

    def update() -> Any:
        return services.instrument_update(
            actor=person(request),
            instrument_id=instrument.pk,
            values=form.values(),
            revision=form.revision,
            now=now,
        )

    meanwhile: Any = ()
    try:
        if request.method == "POST" and (saved := carried_out(form, update, but=services.EditedMeanwhile)):
            return done(request, _after_saving(saved), request.path)
    except services.EditedMeanwhile as error:
        meanwhile = overtaken(
            form, error, selectors.revised(request.user, public_id), _typed(form, instrument)
        )
    context = {
        "instrument": instrument,
        "unit": instrument.organization,
        "form": form,
        "meanwhile": meanwhile,
        "lacking": [spec.label for spec in fields.missing(values_of(instrument))],
        "editable": instrument.state in EDITABLE_AS_A_WHOLE | LIVE,
        "live": instrument.state in LIVE,
        "waiting": [fields.FIELDS[name].label for name in instrument.pending_values],
        "keepers": selectors.keepers_of([instrument.pk])[instrument.pk],
        "terms": selectors.terms_at(instrument.pk, now),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "providers/instrument_edit.html", context, status=status)


def _typed(form: InstrumentForm, instrument: "Instrument") -> dict[str, Any]:
    """What was typed, as an instrument holds it."""
    values = usable(form.values(), instrument)
    category = values["category"]
    return {**values, "category_id": category.pk if category else None}


def _after_saving(instrument: "Instrument") -> str:
    if instrument.pending_values:
        return _("Saved. What the bureau reviews waits for its decision; everything else is public now.")
    if instrument.state in LIVE:
        return _("Saved and public; it counts as confirmed today.")
    lacking = fields.missing(values_of(instrument))
    if lacking:
        return _("Saved as a draft. Fill in what is still missing, then submit it for review.")
    return _("Saved as a draft. Nothing is missing: submit it for review.")
