"""The table of findings: its columns and their orders, and the same as a spreadsheet."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.lists.tables import ListColumn, ListTable
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual
from rewards.cycle.reports import format_hours, format_money, format_points
from rewards.findings.domain.causes import further_evidence, list_kinds
from rewards.findings.reports import get_kind_text, tell_falsified
from rewards.findings.selectors.browsing import get_organizations_in, name_findings_as_frozen
from rewards.findings.views.evidence import build_evidence_rows, organizations_in

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from rewards.cycle.models import AssessmentCycle
    from rewards.findings.models import Finding

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("What was found")),
        ListColumn(gettext_lazy("Date"), "date", "on"),
        ListColumn(gettext_lazy("Unit")),
        ListColumn(gettext_lazy("Instrument")),
        ListColumn(gettext_lazy("Hours"), "hours", "effective_seconds", is_figure=True, is_descending=True),
        ListColumn(gettext_lazy("Amount"), "yuan", "amount_yuan", is_figure=True, is_descending=True),
        ListColumn(gettext_lazy("If upheld, takes away"), "stake", is_figure=True, is_descending=True),
        ListColumn(gettext_lazy("State")),
        ListColumn(gettext_lazy("Answer"), "due", "answer_due_date"),
    ),
    ordering=("rank", "answer_due_date", "id"),
)
"""Open ones first, by the day until which the unit may answer."""


def export(
    viewer: "Viewer", findings: "Iterable[Finding]", cycle: "AssessmentCycle", form: str
) -> HttpResponseBase:
    """Return the findings of a year as CSV or as an Excel workbook."""
    findings, year = list(findings), cycle.year
    name_findings_as_frozen(cycle, findings)
    named = {body for finding in findings for body in organizations_in(finding.evidence)}
    organizations = get_organizations_in(viewer, cycle, named)
    columns = [
        Column(_("Finding")),
        Column(_("Date")),
        Column(_("Unit")),
        Column(_("Instrument")),
        Column(_("What was found")),
        Column(_("Evidence")),
        Column(_("Logs"), "right"),
        Column(_("Effective hours"), "right"),
        Column(_("Amount (yuan)"), "right"),
        Column(_("Points at stake"), "right"),
        Column(_("Award at stake (yuan)"), "right"),
        Column(_("State")),
        Column(_("Answer due")),
        Column(_("Answered")),
        Column(_("Decision no."), "right"),
        Column(_("Reason")),
    ]
    rows = [_cells(finding, organizations) for finding in findings]
    name, title = f"findings-{year}", _("Findings of {year}").format(year=year)
    if form != "xlsx":
        return csv_response(name, [column.title for column in columns], rows)
    content = to_xlsx([(title, Table(columns, rows))], title=title, created_at=clock.now())
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _cells(finding: "Finding", organizations: "Mapping[str, Organization]") -> list[str]:
    return [
        finding.public_id,
        finding.first_date.isoformat() if finding.first_date else "",
        bilingual(finding.organization, "name"),
        bilingual(finding.instrument, "name") if finding.instrument else "",
        " / ".join(map(get_kind_text, list_kinds(finding.kind, finding.evidence))),
        _evidence(finding, organizations),
        str(len(finding.logs)),
        format_hours(finding.effective_seconds),
        format_money(finding.amount_yuan),
        format_points(finding.points_at_stake) if finding.points_at_stake is not None else "",
        format_money(finding.yuan_at_stake) if finding.yuan_at_stake is not None else "",
        tell_falsified(finding, str(labels.label("finding", finding.state).text)),
        finding.answer_due_date.isoformat(),
        finding.answered_at.astimezone(CITY_TIME).date().isoformat() if finding.answered_at else "",
        str(finding.decision_number or ""),
        finding.reason,
    ]


def _evidence(finding: "Finding", organizations: "Mapping[str, Organization]") -> str:
    """Return the evidence of each kind as one line, in the order of the kinds."""
    pieces = [finding.evidence, *further_evidence(finding.evidence)]
    told = [
        _("; ").join(
            _("{label}: {value}").format(label=label, value=value)
            for label, value in build_evidence_rows(piece, organizations)
        )
        for piece in pieces
    ]
    return " / ".join(filter(None, told))
