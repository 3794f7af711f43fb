"""All owning units in one table by how complete their information is: filters, order, and the sheet of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState
from instrument_share.kernel.wording import Words
from instrument_share.web import labels
from instrument_share.web.exports import csv_response
from instrument_share.web.formats import bilingual
from instrument_share.web.problem import told
from instrument_share.web.wording import KINDS
from providers import selectors as providers
from providers.domain.completeness import UnitCompleteness
from providers.domain.information import KIND_WORDS
from providers.domain.words import Completeness

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

PLACE = "#units"


@dataclass(frozen=True)
class UnitRow:
    """An owning unit and how complete its information is."""

    organization: "Organization"
    completeness: UnitCompleteness

    @property
    def stale(self) -> int:
        return sum(kind.state is Completeness.STALE for kind in self.completeness.kinds)

    @property
    def missing(self) -> int:
        return sum(kind.state is Completeness.MISSING for kind in self.completeness.kinds)

    @property
    def district(self) -> str:
        """The district's code, or nothing."""
        return self.organization.district.code if self.organization.district else ""


ORDERS: dict[str, Callable[[UnitRow], Any]] = {
    "percent": lambda row: (row.completeness.percent, -row.missing, row.organization.name_zh),
    "-percent": lambda row: (-row.completeness.percent, row.missing, row.organization.name_zh),
    "name": lambda row: bilingual(row.organization, "name"),
}
DIRECTIONS = {"percent": "ascending", "-percent": "descending", "name": "ascending"}


def owning_units(viewer: "Viewer", today: date) -> list[UnitRow]:
    """Every admitted unit of the viewer's region that owns instruments, also one with nothing entered yet."""
    found = accounts.organizations(viewer).filter(
        accounts.region_of(viewer).within(), owns_instruments=True, state=OrganizationState.ADMITTED
    )
    units = list(found)
    judged = providers.completeness_of([unit.pk for unit in units], today)
    return [UnitRow(unit, judged[unit.pk]) for unit in units]


def chosen_units(request: HttpRequest, rows: Iterable[UnitRow]) -> list[UnitRow]:
    """Those that `?district=`, `?kind=` and `?show=` choose, in the order of `?sort=`."""
    district, kind, show = (request.GET.get(name, "") for name in ("district", "kind", "show"))
    found = [
        row
        for row in rows
        if district in ("", row.district)
        and kind in ("", row.organization.kind)
        and (show != "missing" or row.missing)
        and (show != "stale" or row.stale)
    ]
    return sorted(found, key=ORDERS.get(request.GET.get("sort", ""), ORDERS["percent"]))


def facets(request: HttpRequest, rows: Sequence[UnitRow]) -> dict[str, Any]:
    """What the table can be narrowed to, its sortable columns, and the address of its sheet."""
    districts = {row.district: row.organization.district for row in rows if row.district}
    kinds = {row.organization.kind for row in rows}
    return {
        "show_chips": _chips(
            request,
            "show",
            [("missing", _("Something missing")), ("stale", _("Something out of date"))],
        ),
        "district_chips": _chips(
            request, "district", [(code, bilingual(districts[code], "name")) for code in sorted(districts)]
        ),
        "kind_chips": _chips(
            request, "kind", [(kind, text) for kind, text in KINDS.items() if kind in kinds]
        ),
        "heads": [_head(request, "name", _("Unit")), _head(request, "percent", _("Complete"))],
        "kind_words": list(KIND_WORDS.values()),
        "export": _address(request, export="csv"),
    }


def _chips(
    request: HttpRequest, name: str, options: Iterable[tuple[str, Any]]
) -> list[tuple[Any, str, bool]]:
    chosen = request.GET.get(name, "")
    return [
        (text, _address(request, **{name: "" if code == chosen else code}) + PLACE, code == chosen)
        for code, text in options
    ]


def _head(request: HttpRequest, column: str, text: str) -> dict[str, str]:
    """Where a click on a column leads, and how the table is sorted by it now."""
    now = request.GET.get("sort") or "percent"
    following = "-percent" if column == now == "percent" else column
    sorted_now = DIRECTIONS.get(now, "") if now.lstrip("-") == column else ""
    return {"text": text, "address": _address(request, sort=following) + PLACE, "sorted": sorted_now}


def _address(request: HttpRequest, **changed: str) -> str:
    kept = {**request.GET.dict(), **changed}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def as_sheet(rows: Iterable[UnitRow]) -> HttpResponse:
    """What is shown, for Excel."""
    kinds = [told("{word}", {"word": Words(text)}) for text in KIND_WORDS.values()]
    heads = [_("Unit"), _("Unified social credit code"), _("District"), _("Kind"), _("Complete (%)"), *kinds]
    return csv_response("completeness", heads, (_cells(row) for row in rows))


def _cells(row: UnitRow) -> list[Any]:
    unit = row.organization
    return [
        bilingual(unit, "name"),
        unit.uscc,
        bilingual(unit.district, "name") if unit.district else "",
        KINDS.get(unit.kind, unit.kind),
        row.completeness.percent,
        *(labels.label("information", kind.state).text for kind in row.completeness.kinds),
    ]
