"""Pages of units: the list, and the six kinds of information of each."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.pages.catalogue.forms import UnitsForm
from instrument_share.pages.catalogue.rows import build_instrument_rows
from instrument_share.web import clock, cursor
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share_among_visitors
from providers import public as providers
from providers.domain import PublicationKind

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from providers.models import UnitProfile

PER_PAGE = 20
TABS = {
    "profile": gettext_lazy("Profile"),
    "instruments": gettext_lazy("Instruments"),
    "news": gettext_lazy("News"),
    "regulation": gettext_lazy("Regulations"),
    "case": gettext_lazy("Service cases"),
    "openness": gettext_lazy("Openness statements"),
}
EMPTY_HINTS = {
    PublicationKind.NEWS: gettext_lazy(
        "Here the unit reports what is new about its instruments and their opening."
    ),
    PublicationKind.REGULATION: gettext_lazy(
        "The rules by which the unit manages and opens its instruments are shown here."
    ),
    PublicationKind.CASE: gettext_lazy(
        "What others have achieved with the unit's instruments is shown here."
    ),
    PublicationKind.OPENNESS: gettext_lazy(
        "Once a year the unit says here how, for whom and at what charges it is open."
    ),
}


@counts_as("search")
@require_safe
@read_from_replica
@share_among_visitors
def units(request: HttpRequest) -> HttpResponse:
    """List the units whose name, district and kind are asked for."""
    today = clock.now().astimezone(CITY_TIME).date()
    form = UnitsForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("district", "kind")}
    found = providers.find_units(request.user, words=form.cleaned_data.get("q", ""), **asked)
    page = cursor.page(found, ordering=form.ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    judged = providers.completeness_of([unit.organization_id for unit in page.items], today)
    context = {
        "page": page,
        "rows": [{"profile": unit, "completeness": judged[unit.organization_id]} for unit in page.items],
        "count": found.count(),
        "form": form,
        "is_narrowed": any(form.cleaned_data.get(name) for name in ("q", "district", "kind")),
    }
    return render(request, "pages/units.html", context)


@require_safe
@read_from_replica
@share_among_visitors
def unit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a unit; `?tab=` chooses one of the six kinds of information."""
    now = clock.now()
    found = providers.unit(request.user, public_id)
    judged = providers.completeness_of([found.organization_id], now.astimezone(CITY_TIME).date())
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "profile"
    context = {
        "unit": found,
        "organization": found.organization,
        "completeness": judged[found.organization_id],
        "tab": tab,
        "tabs": _tabs(found, tab),
        **_content(request, found, tab, now),
    }
    return render(request, "pages/unit.html", context)


def find_unit_page(viewer: "Viewer", organization: "Organization") -> str:
    """Return the address of an organization's page, or nothing where the viewer can't open it."""
    if not providers.has_unit_page(viewer, organization.pk):
        return ""
    return reverse("unit", args=[organization.public_id])


def _tabs(unit: "UnitProfile", chosen: str) -> list[tuple[Any, ...]]:
    address = reverse("unit", args=[unit.organization.public_id])
    return [(text, f"{address}?tab={name}", name == chosen) for name, text in TABS.items()]


def _content(request: HttpRequest, unit: "UnitProfile", tab: str, now: "datetime") -> dict[str, Any]:
    if tab == "instruments":
        found = providers.catalogue(
            request.user, providers.CatalogueFilters(unit=unit.organization.public_id)
        )
        page = cursor.page(
            bookings.annotate_next_free(found),
            ordering=("next_free_order", "id"),
            cursor=request.GET.get("cursor"),
            limit=PER_PAGE,
        )
        return {"page": page, "rows": build_instrument_rows(request.user, page.items, now)}
    if tab in list(PublicationKind):
        kind = PublicationKind(tab)
        published = providers.publications(request.user, kind, unit.organization_id)
        page = cursor.page(
            published.filter(withdrawn_at__isnull=True, published_at__isnull=False),
            ordering=("-published_at", "-id"),
            cursor=request.GET.get("cursor"),
            limit=PER_PAGE,
        )
        return {
            "page": page,
            "publications": page.items,
            "figures": bookings.get_case_figures([row.pk for row in page.items])
            if kind is PublicationKind.CASE
            else {},
            "empty_hint": EMPTY_HINTS[kind],
        }
    return {}
