"""Instruments whose category the current table lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.selectors import region_of
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import cursor
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text.formats import bilingual
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.selectors.categories import instruments_to_recode, recode_candidates

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.instruments.models import Instrument, InstrumentCategory

PER_PAGE = 50
EXPORTED_AT_ONCE = 1000


@dataclass(frozen=True)
class ToRecode:
    """An instrument, its vanished category and replacements; `given` is the code waiting for review."""

    instrument: "Instrument"
    category: "InstrumentCategory"
    candidates: Sequence[CategoryRow]
    given: str


@login_required
@require_safe
def to_recode(request: HttpRequest) -> HttpResponseBase:
    """List the instruments by unit and name; `?export=csv` returns all."""
    if not region_of(request.user):
        raise Forbidden
    found = instruments_to_recode(request.user)
    if request.GET.get("export") == "csv":
        return _sheet(found)
    page = cursor.page(
        found,
        ordering=("organization__name_zh", "name_zh", "id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {"page": page, "rows": _rows(page.items), "count": found.count()}
    return render(request, "providers/instruments/recode.html", context)


def _rows(instruments: "Iterable[Instrument]") -> list[ToRecode]:
    held = [(one, category) for one in instruments if (category := one.category) is not None]
    named = {category.code: category.name_zh for _one, category in held}
    candidates = recode_candidates(named)
    return [
        ToRecode(one, category, candidates[category.code], one.pending_values.get("category", ""))
        for one, category in held
    ]


def _sheet(instruments: "QuerySet[Instrument]") -> StreamingHttpResponse:
    rows = instruments.iterator(chunk_size=EXPORTED_AT_ONCE)
    chunks = iter(lambda: list(islice(rows, EXPORTED_AT_ONCE)), [])
    heads = [
        _("Unit"),
        _("Number"),
        _("Inner number"),
        _("Instrument"),
        _("Old category"),
        _("May be replaced by"),
        _("Waits for review"),
    ]
    return csv_response(
        "categories",
        heads,
        (
            [
                bilingual(row.instrument.organization, "name"),
                row.instrument.public_id,
                row.instrument.inner_number,
                bilingual(row.instrument, "name"),
                f"{row.category.code} {bilingual(row.category, 'name')}",
                "; ".join(f"{one.code} {bilingual(one, 'name')}" for one in row.candidates),
                row.given,
            ]
            for chunk in chunks
            for row in _rows(chunk)
        ),
    )
