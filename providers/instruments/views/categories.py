"""Instruments whose category the current table lacks or gives another meaning."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import clock, cursor
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, name_columns
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.selectors.categories import (
    current_categories,
    instruments_to_keep,
    instruments_to_recode,
    recode_candidates,
)
from providers.instruments.services.categories import instrument_categories_keep

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.instruments.models import Instrument, InstrumentCategory

PER_PAGE = 50
EXPORTED_AT_ONCE = 1000


@dataclass(frozen=True)
class ToRecode:
    """An instrument, its old category and replacements; `given` is the code waiting for review.

    `meaning` is the row of the current table with the same code, or None if the code has vanished;
    `is_keepable` whether the viewer may keep it.
    """

    instrument: "Instrument"
    category: "InstrumentCategory"
    meaning: "InstrumentCategory | None"
    candidates: Sequence[CategoryRow]
    given: str
    is_keepable: bool = False


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
        ordering=(*name_columns("organization__name"), *name_columns("name"), "id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    to_keep = instruments_to_keep(request.user)
    of_page = to_keep.filter(pk__in=[one.pk for one in page.items])
    context = {
        "page": page,
        "rows": _rows(page.items, frozenset(of_page.order_by().values_list("pk", flat=True))),
        "count": found.count(),
        "to_keep": to_keep.count(),
    }
    return render(request, "providers/instruments/recode.html", context)


def _may_keep(request: HttpRequest) -> bool:
    return bool(region_of(request.user, Role.BUREAU_OFFICER))


def _rows(instruments: "Iterable[Instrument]", keepable: frozenset[int] = frozenset()) -> list[ToRecode]:
    """Return the instruments with what becomes of their codes; `keepable` are the keys of some."""
    held = [(one, category) for one in instruments if (category := one.category) is not None]
    named = {category.code: category.name_zh for _one, category in held}
    candidates, current = recode_candidates(named), current_categories(named)
    return [
        ToRecode(
            one,
            category,
            current.get(category.code),
            [row for row in candidates[category.code] if row.code != category.code],
            one.pending_values.get("category", ""),
            one.pk in keepable,
        )
        for one, category in held
    ]


@confirmation_view
def keep(request: SignedInRequest) -> Confirmation:
    """Keep the codes of the ticked instruments (`?instrument=`), or of all with `?all=1`."""
    if not _may_keep(request):
        raise Forbidden
    found = instruments_to_keep(request.user)
    if not request.GET.get("all"):
        found = found.filter(public_id__in=request.GET.getlist("instrument"))
    chosen = list(found)
    count = len(chosen)
    return Confirmation(
        heading=ngettext(
            "Keep the code of {count} instrument", "Keep the codes of {count} instruments", count
        ).format(count=count),
        consequences=[
            *_meanings(chosen),
            _("Where the new meaning does not fit, the unit chooses another code instead."),
        ],
        action=_("Keep the codes"),
        perform=lambda: instrument_categories_keep(
            actor=request.user, instrument_ids=[one.pk for one in chosen], now=clock.now()
        ),
        success=_("Kept: these instruments have the category of the table in use."),
        back_address=reverse("to_recode"),
    )


def _meanings(instruments: "Iterable[Instrument]") -> list[str]:
    """Return a sentence for each code: what it meant, what it means now, and for how many instruments."""
    held = Counter(one.category for one in instruments if one.category is not None)
    current = current_categories([category.code for category in held])
    return [
        _("{code} “{before}” is now “{after}”: {count} instruments.").format(
            code=category.code,
            before=bilingual(category, "name"),
            after=bilingual(current[category.code], "name"),
            count=count,
        )
        for category, count in sorted(held.items(), key=lambda item: item[0].code)
    ]


def _sheet(instruments: "QuerySet[Instrument]") -> StreamingHttpResponse:
    rows = instruments.iterator(chunk_size=EXPORTED_AT_ONCE)
    chunks = iter(lambda: list(islice(rows, EXPORTED_AT_ONCE)), [])
    heads = [
        _("Unit"),
        _("Number"),
        _("Internal number"),
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
