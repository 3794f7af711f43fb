"""Units of a year with score, grade and amount: sortable table, charts, CSV."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.documents import tables
from instrument_share.documents.content import Column, Table
from instrument_share.kernel.interval import in_hours
from instrument_share.web.lists.tables import ListColumn, ListTable
from instrument_share.web.text.formats import bilingual, get_name_key
from rewards.assessment import selectors as assessment_selectors
from rewards.assessment.reports import get_grade_text
from rewards.cycle.reports import format_hours, format_money, format_points
from rewards.cycle.selectors.snapshot import name_as_frozen

if TYPE_CHECKING:
    from rewards.assessment.models import UnitAssessment
    from rewards.cycle.models import AssessmentCycle


def _figure(label: Any, name: str) -> ListColumn:
    return ListColumn(label, name, is_figure=True, is_descending=True)


TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Unit"), "name"),
        _figure(gettext_lazy("Score"), "score"),
        ListColumn(gettext_lazy("Grade"), "grade", is_descending=True),
        _figure(gettext_lazy("Award"), "amount"),
        _figure(gettext_lazy("Instruments"), "instruments"),
        _figure(gettext_lazy("Effective hours"), "hours"),
        _figure(gettext_lazy("External hours"), "external"),
        _figure(gettext_lazy("External income"), "income"),
    ),
    first="-score",
)


def _get_score(row: "UnitAssessment") -> tuple[bool, Decimal]:
    """Return what sorts by score: without one below all others."""
    return row.score is not None, row.score or Decimal(0)


ORDERS: "dict[str, Callable[[UnitAssessment], Any]]" = {
    "name": lambda row: get_name_key(row.organization),
    "score": _get_score,
    "grade": _get_score,
    "amount": lambda row: row.award.amount_yuan,
    "instruments": lambda row: row.instruments_counted,
    "hours": lambda row: row.effective_seconds,
    "external": lambda row: row.external_seconds,
    "income": lambda row: row.external_income_yuan,
}
"""What sorts each column; in Python, since the names are those of the freeze."""


def get_assessments(request: HttpRequest, cycle: "AssessmentCycle") -> "list[UnitAssessment]":
    """Return the assessments of all units, named as frozen, sorted as the address says."""
    found = list(assessment_selectors.assessments(request.user, cycle))
    name_as_frozen(cycle, [each.organization for each in found])
    order = TABLE.get_order(request)
    return sorted(
        sorted(found, key=lambda each: each.organization.uscc),
        key=ORDERS[order.removeprefix("-")],
        reverse=order.startswith("-"),
    )


def get_csv_address(request: HttpRequest, year: int) -> str:
    """Return the address of the CSV file in the present order."""
    return f"{reverse('units_csv', args=[year])}?sort={TABLE.get_order(request)}"


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
                get_grade_text(each),
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
    """Return charts of the awards, and of effective and external hours, the highest first."""
    awarded = _sort(assessments, lambda each: each.award.amount_yuan)
    used = _sort(assessments, lambda each: each.effective_seconds)
    found = []
    if awarded:
        series = [{"name": _("Award"), "data": [each.award.amount_yuan for each in awarded]}]
        found.append(("awards", _("Award by unit"), _spec(awarded, series, _("yuan"))))
    if used:
        series = [
            {"name": _("Effective hours"), "data": [in_hours(each.effective_seconds) for each in used]},
            {"name": _("External hours"), "data": [in_hours(each.external_seconds) for each in used]},
        ]
        found.append(("hours", _("Hours by unit"), _spec(used, series, _("hours"))))
    return found


def _sort(assessments: "Sequence[UnitAssessment]", value: Any) -> "list[UnitAssessment]":
    return sorted((each for each in assessments if value(each)), key=value, reverse=True)


def _spec(assessments: "Sequence[UnitAssessment]", series: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    names = [bilingual(each.organization, "name") for each in assessments]
    return {"type": "bar", "categories": names, "series": series, "unit": unit, "horizontal": True}
