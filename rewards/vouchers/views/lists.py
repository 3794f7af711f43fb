"""The lists of all applications, vouchers and claims that a viewer sees, and the same as tables."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import cursor
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName
from instrument_share.web.signed_in import SignedInRequest
from rewards.vouchers.forms import ApplicationFilterForm, ClaimFilterForm, GrantFilterForm
from rewards.vouchers.selectors.claims import find_claims
from rewards.vouchers.selectors.tasks import AUDIT, CHECK, DECIDE, is_waiting_for
from rewards.vouchers.selectors.vouchers import find_applications, find_grants, get_balances, schemes
from rewards.vouchers.views.exports import export_applications, export_claims, export_grants

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.selectors import Viewer
    from rewards.vouchers.models import VoucherGrant

PER_PAGE = 30
NEWEST_FIRST = ("-id",)
APPLICATIONS = ListTable(
    (
        ListColumn(pgettext_lazy("voucher", "Application"), "number", "id", is_descending=True),
        ListColumn(gettext_lazy("Organization"), "organization", ShownName("organization__name")),
        ListColumn(gettext_lazy("Scheme"), "scheme", (ShownName("scheme__name"), "scheme__batch")),
        ListColumn(pgettext_lazy("voucher", "Sent"), "sent", "submitted_at", is_descending=True),
        ListColumn(gettext_lazy("State")),
        ListColumn(gettext_lazy("Amount"), "amount", "amount_yuan", is_figure=True, is_descending=True),
    ),
    ordering=NEWEST_FIRST,
    first="-number",
)
GRANTS = ListTable(
    (
        ListColumn(gettext_lazy("Voucher"), "number", "id", is_descending=True),
        ListColumn(gettext_lazy("Organization"), "organization", ShownName("organization__name")),
        ListColumn(pgettext_lazy("voucher", "Valid through"), "until", "scheme__use_until"),
        ListColumn(
            pgettext_lazy("amount", "Granted"), "amount", "amount_yuan", is_figure=True, is_descending=True
        ),
        ListColumn(pgettext_lazy("voucher", "Balance"), is_figure=True),
    ),
    ordering=NEWEST_FIRST,
    first="-number",
)
CLAIMS = ListTable(
    (
        ListColumn(pgettext_lazy("voucher", "Claim"), "number", "id", is_descending=True),
        ListColumn(gettext_lazy("Organization"), "organization", ShownName("grant__organization__name")),
        ListColumn(pgettext_lazy("voucher", "Sent"), "sent", "submitted_at", is_descending=True),
        ListColumn(gettext_lazy("State")),
        ListColumn(gettext_lazy("Amount"), "amount", "amount_yuan", is_figure=True, is_descending=True),
    ),
    ordering=NEWEST_FIRST,
    first="-number",
)
PAGES = {
    "voucher_applications": pgettext_lazy("voucher", "Applications"),
    "voucher_grants": gettext_lazy("Vouchers"),
    "voucher_claims": pgettext_lazy("voucher", "Claims"),
}


def sees_lists(viewer: "Viewer") -> bool:
    """Return whether the viewer sees vouchers of anybody: all of them, or those of own organizations."""
    return rules.has_perm("rewards.see_vouchers", viewer) or standing(viewer).holds(Role.ORG_ADMIN)


def build_tabs(here: str) -> list[tuple[Any, ...]]:
    """Return the parts of the pages of vouchers by the name of the present one."""
    parts = {"vouchers": pgettext("voucher", "Overview"), **PAGES}
    return [(text, reverse(name), name == here) for name, text in parts.items()]


def with_balances(rows: "list[VoucherGrant]") -> "list[tuple[VoucherGrant, Decimal]]":
    """Return vouchers, each with what is left of it."""
    balances = get_balances(rows)
    return [(one, balances[one.pk]) for one in rows]


@login_required
@require_safe
def applications_list(request: SignedInRequest) -> HttpResponseBase:
    """List applications: `?q=`, `?state=`, `?scheme=` and `?mine=` narrow, `?format=csv` exports."""
    _require_viewer(request)
    form = ApplicationFilterForm(request, schemes())
    found = find_applications(
        request.user, state=form.get("state"), scheme=form.get("scheme"), text=form.get("q")
    )
    if form.get("mine"):
        found = found.filter(is_waiting_for(request.user, DECIDE))
    if _is_export(request):
        return export_applications(found.order_by(*APPLICATIONS.get_ordering(request)))
    page = _page(request, found, APPLICATIONS)
    context = {"applications": page, "heads": APPLICATIONS.build_heads(request), "form": form}
    return _render(request, "voucher_applications", context)


@login_required
@require_safe
def grants_list(request: SignedInRequest) -> HttpResponseBase:
    """List vouchers: `?q=` and `?scheme=` narrow, `?format=csv` exports what is found."""
    _require_viewer(request)
    form = GrantFilterForm(request, schemes())
    found = find_grants(request.user, scheme=form.get("scheme"), text=form.get("q"))
    if _is_export(request):
        return export_grants(found.order_by(*GRANTS.get_ordering(request)))
    page = _page(request, found, GRANTS)
    context = {"grants": page, "balances": with_balances(page.items), "heads": GRANTS.build_heads(request)}
    return _render(request, "voucher_grants", context | {"form": form})


@login_required
@require_safe
def claims_list(request: SignedInRequest) -> HttpResponseBase:
    """List claims: `?q=`, `?state=`, `?scheme=` and `?mine=` narrow, `?format=csv` exports what is found."""
    _require_viewer(request)
    form = ClaimFilterForm(request, schemes())
    found = find_claims(request.user, state=form.get("state"), scheme=form.get("scheme"), text=form.get("q"))
    if form.get("mine"):
        found = found.filter(is_waiting_for(request.user, CHECK, AUDIT))
    if _is_export(request):
        return export_claims(found.order_by(*CLAIMS.get_ordering(request)))
    page = _page(request, found, CLAIMS)
    context = {"claims": page, "heads": CLAIMS.build_heads(request), "form": form}
    return _render(request, "voucher_claims", context)


def _require_viewer(request: SignedInRequest) -> None:
    if not sees_lists(request.user):
        raise Forbidden


def _is_export(request: SignedInRequest) -> bool:
    return request.GET.get("format") == "csv"


def _page(request: SignedInRequest, found: "QuerySet[Any]", table: ListTable) -> "cursor.Page[Any]":
    ordering = table.get_ordering(request)
    return cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)


def _render(request: SignedInRequest, name: str, context: dict[str, Any]) -> HttpResponseBase:
    context |= {"title": PAGES[name], "tabs": build_tabs(name), "name": "cursor"}
    return render(request, f"rewards/vouchers/lists/{name.removeprefix('voucher_')}.html", context)
