"""Units of a year with score, grade and amount: sortable table, charts, CSV."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.documents import tables
from instrument_share.documents.content import Column, Table
from instrument_share.web.text.formats import bilingual
from rewards.assessment import selectors as assessment_selectors
from rewards.cycle.reports import format_hours, format_money, format_points

if TYPE_CHECKING:
    from rewards.assessment.models import UnitAssessment
    from rewards.cycle.models import AssessmentCycle

MAX_IN_CHARTS = 12

COLUMNS = (
    ("name", gettext_lazy("Unit"), "organization__name_zh"),
    ("score", gettext_lazy("Score"), "score"),
    ("grade", gettext_lazy("Grade"), "score"),
    ("amount", gettext_lazy("Award"), "award__amount_yuan"),
    ("instruments", gettext_lazy("Instruments"), "instruments_counted"),
    ("hours", gettext_lazy("Effective hours"), "effective_seconds"),
    ("external", gettext_lazy("External hours"), "external_seconds"),
    ("income", gettext_lazy("External income"), "external_income_yuan"),
)
DEFAULT = "-score"
_PATHS = {key: path for key, _label, path in COLUMNS}


def get_assessments(request: HttpRequest, cycle: "AssessmentCycle") -> "list[UnitAssessment]":
    """Return the assessments of all units, sorted as the address says. One statement."""
    sort = _sort(request)
    path = _PATHS[sort.removeprefix("-")]
    order = F(path).desc(nulls_last=True) if sort.startswith("-") else F(path).asc(nulls_first=True)
    return list(assessment_selectors.assessments(request.user, cycle).order_by(order, "organization__uscc"))


def build_columns(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the table's columns: name, sort link, and present sort order."""
    sort = _sort(request)
    heads = []
    for key, label, _path in COLUMNS:
        first = key if key == "name" else f"-{key}"
        turned = sort.removeprefix("-") == key
        other = f"-{key}" if sort == key else key
        heads.append(
            {
                "label": label,
                "address": f"?sort={other if turned else first}#units",
                "sorted": ("descending" if sort.startswith("-") else "ascending") if turned else "",
                "is_figure": key not in {"name", "grade"},
            }
        )
    return heads


def get_csv_address(request: HttpRequest, year: int) -> str:
    """Return the address of the CSV file in the present order."""
    return f"{reverse('units_csv', args=[year])}?sort={_sort(request)}"


def build_csv(assessments: "Sequence[UnitAssessment]") -> bytes:
    """Return the table as CSV."""
    table = Table(
        columns=[
            Column(_("Unit")),
            Column(_("Unified social credit code")),
            Column(_("Score"), "right"),
            Column(_("Grade")),
            Column(_("Award (yuan)"), "right"),
            Column(_("Instruments"), "right"),
            Column(_("Effective hours"), "right"),
            Column(_("External hours"), "right"),
            Column(_("External income (yuan)"), "right"),
        ],
        rows=[
            (
                bilingual(each.organization, "name"),
                each.organization.uscc,
                format_points(each.score),
                bilingual(each, "grade"),
                format_money(each.award.amount_yuan),
                str(each.instruments_counted),
                format_hours(each.effective_seconds),
                format_hours(each.external_seconds),
                format_money(each.external_income_yuan),
            )
            for each in assessments
        ],
    )
    return tables.to_csv(table)


def build_charts(assessments: "Sequence[UnitAssessment]") -> list[tuple[str, str, dict[str, Any]]]:
    """Return charts of the highest awards, and of effective and external hours."""
    awarded = _highest(assessments, lambda each: each.award.amount_yuan)
    used = _highest(assessments, lambda each: each.effective_seconds)
    found = []
    if awarded:
        series = [{"name": _("Award"), "data": [each.award.amount_yuan for each in awarded]}]
        found.append(("awards", _("Award by unit"), _spec(awarded, series, _("yuan"))))
    if used:
        series = [
            {"name": _("Effective hours"), "data": [_hours(each.effective_seconds) for each in used]},
            {"name": _("External hours"), "data": [_hours(each.external_seconds) for each in used]},
        ]
        found.append(("hours", _("Hours by unit"), _spec(used, series, _("hours"))))
    return found


def _highest(assessments: "Sequence[UnitAssessment]", value: Any) -> "list[UnitAssessment]":
    return sorted((each for each in assessments if value(each)), key=value, reverse=True)[:MAX_IN_CHARTS]


def _spec(assessments: "Sequence[UnitAssessment]", series: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    names = [bilingual(each.organization, "name") for each in assessments]
    return {"type": "bar", "categories": names, "series": series, "unit": unit, "horizontal": True}


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.01"))


def _sort(request: HttpRequest) -> str:
    sort = request.GET.get("sort", DEFAULT)
    return sort if sort.removeprefix("-") in _PATHS else DEFAULT
