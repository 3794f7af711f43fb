"""Filters, columns and exports of the bureau's table of units."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from instrument_share.web.lists.tables import ListColumn, ListHead, ListTable
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats, labels
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import KINDS
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness_plain import month_ends, past_month_ends
from providers.units.domain.information import KIND_WORDS
from providers.units.views.completeness_table import FIRST_ORDER, OPEN, UnitRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnitFilterForm(forms.Form):
    """The filters of the table, each of them a query parameter."""

    information = forms.ChoiceField(label=gettext_lazy("Kind of information"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of unit"), required=False)
    changed = forms.ChoiceField(label=gettext_lazy("In the last 7 days"), required=False)
    as_of = forms.ChoiceField(label=gettext_lazy("As of"), required=False)

    def __init__(self, request: HttpRequest, rows: Sequence[UnitRow], today: date) -> None:
        super().__init__(request.GET or None)
        districts = {row.district: row.organization.district for row in rows if row.district}
        kinds = {row.organization.kind for row in rows}
        self._offer("information", ((code.value, told(text, {})) for code, text in KIND_WORDS.items()))
        self._offer(
            "state",
            [
                (OPEN, _("Not complete")),
                (Completeness.MISSING.value, _("Missing or incomplete")),
                (Completeness.STALE.value, _("Out of date or too few")),
                (Completeness.COMPLETE.value, labels.label("information", Completeness.COMPLETE).text),
            ],
        )
        self._offer("district", ((code, bilingual(districts[code], "name")) for code in sorted(districts)))
        self._offer("kind", ((code, text) for code, text in KINDS.items() if code in kinds))
        self._offer(
            "changed",
            [("any", _("Better or worse")), ("worse", _("Worse")), ("better", _("Better"))],
        )
        months = ((f"{end:%Y-%m}", date_format(end, "YEAR_MONTH_FORMAT")) for end in past_month_ends(today))
        self._offer("as_of", months, nothing=_("Today"))

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]], nothing: str | None = None) -> None:
        self.fields[name].choices = [  # type: ignore[attr-defined]
            ("", nothing or _("All")),
            *choices,
        ]


def month_ends_of(year: int, today: date) -> list[date]:
    """Return the month ends of a year; for the current one those that are over, and today."""
    ends = [end for end in month_ends(year) if end < today]
    return [*ends, today] if year == today.year else ends


def requested_day(request: HttpRequest, today: date) -> date:
    """Return the month end that `?as_of=2026-03` names, or today."""
    wanted = request.GET.get("as_of", "")
    return next((end for end in past_month_ends(today) if f"{end:%Y-%m}" == wanted), today)


def table_heads(request: HttpRequest) -> list[ListHead]:
    """Return the heads of the columns in order."""
    kinds = [ListColumn(told(text, {}), kind.value) for kind, text in KIND_WORDS.items()]
    columns = (
        ListColumn(_("Unit"), "name"),
        ListColumn(_("District"), "district"),
        ListColumn(_("Complete"), "percent", is_figure=True),
        *kinds,
        ListColumn(_("Open since"), "since"),
        ListColumn(_("Last reminder"), "reminded"),
    )
    return ListTable(columns, first=FIRST_ORDER).build_heads(request)


# --- Sheets -----------------------------------------------------------------------------------------------


def export_units(rows: Sequence[UnitRow], day: date, form: str, now: datetime) -> HttpResponseBase:
    """Return all rows of the filtered table as CSV or as an Excel workbook."""
    titles, lines = _titles(), [_cells(row, day) for row in rows]
    name = f"completeness-{day:%Y-%m-%d}"
    if form != "xlsx":
        return csv_response(name, titles, lines)
    figures = {_("Complete (%)")}
    columns = [Column(title, "right" if title in figures else "left") for title in titles]
    table = Table(columns, [[str(cell) for cell in line] for line in lines])
    title = _("Completeness of all units")
    response = HttpResponse(to_xlsx([(title, table)], title=title, created_at=now), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _titles() -> list[str]:
    kinds = [told(text, {}) for text in KIND_WORDS.values()]
    of_kinds = [
        part
        for kind in kinds
        for part in (kind, _("{kind}: since").format(kind=kind), _("{kind}: why").format(kind=kind))
    ]
    facts = [_("Unit"), _("Unified social credit code"), _("District"), _("Kind"), _("As of")]
    return [*facts, _("Complete (%)"), *of_kinds, _("Last reminder")]


def _cells(row: UnitRow, day: date) -> list[Any]:
    unit = row.organization
    kinds = [
        part
        for kind in row.completeness.kinds
        for part in (
            str(labels.label("information", kind.shown).text),
            kind.since.isoformat() if kind.since else "",
            told(kind.reason.message, kind.reason.params),
        )
    ]
    return [
        bilingual(unit, "name"),
        unit.uscc,
        bilingual(unit.district, "name") if unit.district else "",
        str(KINDS.get(unit.kind, unit.kind)),
        day.isoformat(),
        row.completeness.percent,
        *kinds,
        formats.date_only(row.reminded_at) if row.reminded_at else "",
    ]
