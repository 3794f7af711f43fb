"""List a unit's own instruments for its managers."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from instrument_share.web import clock, cursor
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName, get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.problem import told
from instrument_share.web.text import labels
from providers.instruments.domain import fields
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.selectors.instruments import keepers_of
from providers.instruments.views.common import managed_unit
from providers.units.selectors.own_instruments import own_instrument_counts, own_instruments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from providers.instruments.models import Instrument

PER_PAGE = 30
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Instrument"), "name", ShownName("name")),
        ListColumn(gettext_lazy("Internal number"), "number", "inner_number"),
        ListColumn(gettext_lazy("State")),
        ListColumn(gettext_lazy("Keepers")),
        ListColumn(gettext_lazy("Original value"), "value", "worth", is_figure=True, is_descending=True),
        ListColumn(gettext_lazy("Last confirmed"), "confirmed", "last_confirmed_at"),
    ),
    ordering=("urgency", ShownName("name"), "id"),
)
"""What the unit has to act on first, as long as nobody asks for another order."""
EXPORTED_AT_ONCE = 1000


@login_required
@require_safe
def instruments(request: HttpRequest, organization_id: str) -> HttpResponseBase:
    """List the unit's instruments; `?state=` and `?q=` filter, `?export=csv` returns a sheet."""
    now = clock.now()
    unit = managed_unit(request, organization_id)
    wanted, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    found = own_instruments(request.user, unit.pk, now, state=wanted, text=text)
    if request.GET.get("export") == "csv":
        return _sheet(found.order_by(*TABLE.get_ordering(request)))
    page = cursor.page(
        found, ordering=TABLE.get_ordering(request), cursor=request.GET.get("cursor"), limit=PER_PAGE
    )
    keepers = keepers_of([row.pk for row in page.items])
    counts = own_instrument_counts(request.user, unit.pk, now, text=text)
    context = {
        "unit": unit,
        "page": page,
        "rows": [(row, keepers[row.pk]) for row in page.items],
        "heads": TABLE.build_heads(request),
        "chips": _chips(request, counts, wanted),
        "wanted": wanted,
        "text": text,
        "count": found.count(),
        "total": own_instruments(request.user, unit.pk, now).count(),
        "export": get_address(request, export="csv"),
        "sort": TABLE.get_order(request),
    }
    return render(request, "providers/units/instruments.html", context)


def _chips(request: HttpRequest, counts: "Mapping[str, int]", wanted: str) -> list[tuple[Any, ...]]:
    names = [
        ("returned", _("Returned")),
        ("refused", _("Changes refused")),
        *((state.value, labels.label("instrument", state.value).text) for state in InstrumentState),
        ("to_confirm", _("To be confirmed")),
        ("incomplete", _("Booking set-up incomplete")),
    ]
    return [
        (
            name,
            get_address(request, state="" if code == wanted else code),
            code == wanted,
            counts.get(code, 0),
        )
        for code, name in names
        if counts.get(code) or code == wanted
    ]


def _sheet(found: "QuerySet[Instrument]") -> StreamingHttpResponse:
    """Return a sheet that the import reads again, with our own labels as headings.

    The first two are headings that the import leaves aside (`LEFT_ASIDE`).
    """
    specs = list(fields.FIELDS.values())
    heads = [told(spec.label, {}) for spec in specs]
    return csv_response(
        "instruments",
        [_("Number on the platform"), _("Publication state"), *heads],
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
