"""A list of statements, of a unit or of those who pay: its columns, filters, and the same as a table."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookings.statements.domain.billing import to_fen
from bookings.statements.domain.states import OPEN_STATES, StatementState, get_label_code
from bookings.statements.selectors.statements import filter_credits, filter_overdue, get_outstanding
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock, cursor
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName, get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

    from bookings.statements.models import Statement
    from instrument_share.accounts.models import Organization, User

PER_PAGE = 30
KIND = "bookings.statement"
OWED, OVERDUE, CREDIT = "owed", "overdue", "credit"
"""Filters beside those by one state: what was sent and is not settled, and what of it is overdue."""


def _build_table(party: ListColumn) -> ListTable:
    return ListTable(
        (
            ListColumn(gettext_lazy("Number")),
            party,
            ListColumn(gettext_lazy("Month"), "month", ("month", "number"), is_descending=True),
            ListColumn(gettext_lazy("Amount"), "amount", "total_yuan", is_figure=True, is_descending=True),
            ListColumn(gettext_lazy("Outstanding"), "owed", "owed_yuan", is_figure=True, is_descending=True),
            ListColumn(gettext_lazy("Due"), "due", "due_by"),
            ListColumn(gettext_lazy("State")),
        ),
        ordering=("-month", "-number", "-id"),
        first="-month",
    )


OF_UNIT = _build_table(ListColumn(gettext_lazy("Payer"), "payer", "payer_name"))
OF_PAYER = _build_table(ListColumn(gettext_lazy("Unit"), "unit", ShownName("organization__name")))


def narrow_statements(
    request: "HttpRequest", found: "QuerySet[Statement]", *, of_unit: bool = True
) -> "QuerySet[Statement]":
    """Return the statements in the state of the address (or `owed`, `overdue`, `credit`), in its order."""
    if state := _get_state(request):
        found = _filter_state(found, state)
    return found.order_by(*_get_table(of_unit).get_ordering(request))


def build_statement_list(
    request: "HttpRequest", found: "QuerySet[Statement]", listed: "QuerySet[Statement]", *, of_unit: bool
) -> dict[str, Any]:
    """Return what the page of a list needs; `listed` are those of `found` in the state of the address.

    The tabs count what is in `found`: of a filter beside the state it has only what that leaves.
    """
    table, state = _get_table(of_unit), _get_state(request)
    return {
        "page": cursor.page(
            listed,
            ordering=table.get_ordering(request),
            cursor=request.GET.get("cursor"),
            limit=PER_PAGE,
        ),
        "heads": table.build_heads(request),
        "state_tabs": _build_tabs(request, found, state, of_unit=of_unit),
        "is_filtered": bool(state or request.GET.get("q")),
        "today": _get_today(),
    }


def _get_table(of_unit: bool) -> ListTable:
    return OF_UNIT if of_unit else OF_PAYER


def _get_state(request: "HttpRequest") -> str:
    state = request.GET.get("state", "")
    return state if state in {*StatementState, OWED, OVERDUE, CREDIT} else ""


def _filter_state(found: "QuerySet[Statement]", state: str) -> "QuerySet[Statement]":
    if state == OVERDUE:
        return filter_overdue(found, _get_today())
    if state == CREDIT:
        return filter_credits(found)
    return found.filter(state__in=OPEN_STATES if state == OWED else [state])


def _get_today() -> "date":
    return clock.now().astimezone(CITY_TIME).date()


def _build_tabs(
    request: "HttpRequest", found: "QuerySet[Statement]", chosen: str, *, of_unit: bool
) -> list[tuple[Any, ...]]:
    counts = Counter(found.order_by().values_list("state", flat=True))
    tabs: list[tuple[str, str | Promise, int]] = [("", _("All"), counts.total())]
    if of_unit:
        tabs += [
            (OWED, _("Not yet paid"), sum(counts[one] for one in OPEN_STATES)),
            (OVERDUE, _("Overdue"), filter_overdue(found, _get_today()).count()),
            (CREDIT, _("To pay back"), filter_credits(found).count()),
        ]
    states = [one for one in StatementState if of_unit or one is not StatementState.DRAFT]
    tabs += [(one.value, labels.label(KIND, one.value).text, counts[one]) for one in states]
    return [(name, get_address(request, state=key), chosen == key, count) for key, name, count in tabs]


def get_payer_name(payer: Any) -> str:
    """Return the name of an organization or a person that pays."""
    return bilingual(payer, "name") if hasattr(payer, "name_zh") else str(payer.name)


def export_statements(
    viewer: "User", name: str, found: "QuerySet[Statement]", unit: "Organization | None" = None
) -> "HttpResponseBase":
    """Return statements as CSV, of a unit or of all that the viewer pays."""
    heads = [
        _("Number"),
        _("Unit"),
        _("Payer"),
        _("Month"),
        _("State"),
        _("Amount"),
        pgettext("statement", "Paid"),
        _("Outstanding"),
        _("Due"),
    ]
    people_disclosed(
        actor=viewer,
        what="statements.export",
        count=found.count(),
        now=clock.now(),
        subject=unit,
        organization_id=unit.pk if unit else None,
    )
    rows = (
        [
            str(one),
            bilingual(one.organization, "name"),
            get_payer_name(one.payer_organization or one.payer_person),
            f"{one.month:%Y-%m}",
            labels.label(KIND, get_label_code(one.state, one.owed_yuan)).text,  # type: ignore[attr-defined]
            *map(to_fen, (one.total_yuan, one.paid_yuan)),  # type: ignore[attr-defined]
            "" if (outstanding := get_outstanding(one)) is None else to_fen(outstanding),
            one.pay_by,  # type: ignore[attr-defined]
        ]
        for one in found
    )
    return csv_response(name, heads, rows)
