"""The list of the sample orders that somebody handles, and the same as a table for other programs."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from bookings.requests.views.common import responsible_instruments
from bookings.samples.domain.states import SampleOrderState
from bookings.samples.forms import OrderFilterForm
from bookings.samples.selectors import find_orders
from instrument_share.personal.services.disclosures import people_disclosed, people_listed
from instrument_share.web import clock, cursor
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName, get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from bookings.samples.models import SampleOrder
    from bookings.samples.selectors import OrderPart
    from instrument_share.accounts.models import User

PER_PAGE = 30
BATCH_SIZE = 500
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("What is measured")),
        ListColumn(gettext_lazy("Instrument"), "instrument", ShownName("instrument__name")),
        ListColumn(gettext_lazy("User"), "user", "user__name"),
        ListColumn(gettext_lazy("Submitted at"), "submitted", "submitted_at", is_descending=True),
        ListColumn(gettext_lazy("Due by"), "due", "answer_by"),
        ListColumn(gettext_lazy("Quote"), "quote", "price_yuan", is_figure=True, is_descending=True),
        ListColumn(gettext_lazy("State")),
    ),
    ordering=("answer_by", "id"),
    first="due",
)
"""The most urgent first."""
PARTS: "dict[str, OrderPart]" = {"others": "others", "ended": "ended", "all": "all"}
"""By the word in the address; without one, what waits for the unit."""


@login_required
@require_safe
def sample_orders_kept(request: SignedInRequest) -> HttpResponseBase:
    """List the orders on the instruments that the viewer looks after, what waits for the unit first.

    `?show=others`, `ended` or `all` lists these, `?q=` narrows, `?format=csv` exports what is found.
    """
    responsible_instruments(request.user)
    form = OrderFilterForm(request)
    part = PARTS.get(request.GET.get("show", ""), "waiting")
    now = clock.now()
    found = find_orders(request.user, part=part, now=now, text=form.get("q"))
    ordering = TABLE.get_ordering(request)
    if request.GET.get("format") == "csv":
        return _export(request.user, found.order_by(*ordering))
    page = cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    named = [one.user_id for one in page.items]
    people_listed(actor=request.user, what="samples.list", people=named, now=now)
    context = {
        "now": now,
        "page": page,
        "heads": TABLE.build_heads(request),
        "form": form,
        "part": part,
        "tabs": _build_tabs(request, part, form.get("q"), now),
    }
    return render(request, "bookings/samples/kept.html", context)


def _build_tabs(
    request: SignedInRequest, shown: "OrderPart", text: str, now: "datetime"
) -> list[tuple[Any, ...]]:
    names: dict[OrderPart, str] = {
        "waiting": _("Waiting for the unit"),
        "others": _("Planned, or waiting for the user"),
        "ended": pgettext("sample orders", "Ended"),
        "all": _("All"),
    }
    return [
        (
            name,
            get_address(request, show="" if part == "waiting" else part),
            part == shown,
            find_orders(request.user, part=part, now=now, text=text).count(),
        )
        for part, name in names.items()
    ]


def _export(viewer: "User", found: "QuerySet[SampleOrder]") -> HttpResponseBase:
    heads = [
        _("Sample order"),
        _("Instrument"),
        _("User"),
        _("What is measured"),
        _("Number of samples"),
        _("State"),
        _("Submitted at"),
        _("Quote in yuan"),
        _("Received at"),
        _("Reported at"),
        _("Usage log"),
    ]
    found = found.select_related("booking__usage_log")
    people_disclosed(actor=viewer, what="samples.export", count=found.count(), now=clock.now())
    return csv_response("sample-orders", heads, (_to_row(one) for one in found.iterator(BATCH_SIZE)))


def _to_row(order: "SampleOrder") -> list[Any]:
    log = getattr(order.booking, "usage_log", None)
    return [
        order.public_id,
        bilingual(order.instrument, "name"),
        order.user.name,
        order.subject,
        order.sample_count,  # type: ignore[attr-defined]
        labels.label("bookings.sample_order", SampleOrderState(order.state)).text,
        order.submitted_at,
        order.quoted_yuan,
        order.received_at,
        order.reported_at,
        log.public_id if log else "",
    ]
