"""The table of findings: its columns and their orders, and the same as a spreadsheet."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from instrument_share.web import clock
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual
from rewards.cycle.reports import format_hours, format_money, format_points
from rewards.cycle.selectors.browsing import organizations_by_public_id
from rewards.findings.domain.causes import further_evidence, list_kinds
from rewards.findings.reports import get_kind_text
from rewards.findings.views.evidence import build_evidence_rows, organizations_in

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from rewards.findings.models import Finding

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORDERS: dict[str, tuple[str, ...]] = {
    "": ("rank", "answer_due_date", "id"),
    "date": ("on", "id"),
    "-date": ("-on", "id"),
    "-hours": ("-effective_seconds", "id"),
    "hours": ("effective_seconds", "id"),
    "-yuan": ("-amount_yuan", "id"),
    "yuan": ("amount_yuan", "id"),
    "-stake": ("-stake", "id"),
    "stake": ("stake", "id"),
    "due": ("answer_due_date", "id"),
    "-due": ("-answer_due_date", "id"),
}
"""By the word in the address; open ones first, by the day until which the unit may answer."""
COLUMNS = (
    ("", gettext_lazy("What was found"), ""),
    ("date", gettext_lazy("Date"), "date"),
    ("", gettext_lazy("Unit"), ""),
    ("", gettext_lazy("Instrument"), ""),
    ("hours", gettext_lazy("Hours"), "-hours"),
    ("yuan", gettext_lazy("Amount"), "-yuan"),
    ("stake", gettext_lazy("At stake"), "-stake"),
    ("", gettext_lazy("State"), ""),
    ("due", gettext_lazy("Answer"), "due"),
)
"""Name, words and the order that the first click asks for."""
FIGURES = {"hours", "yuan", "stake"}


def get_order(request: HttpRequest) -> str:
    """Return the word of the order that the address asks for."""
    word = request.GET.get("sort", "")
    return word if word in ORDERS else ""


def build_columns(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the table's columns: label, address of its order, and the present direction."""
    now = get_order(request)
    heads = []
    for name, label, first in COLUMNS:
        turned = bool(name) and now.removeprefix("-") == name
        other = name if now.startswith("-") else f"-{name}"
        heads.append(
            {
                "label": label,
                "address": get_address(request, sort=other if turned else first) if name else "",
                "sorted": ("descending" if now.startswith("-") else "ascending") if turned else "",
                "is_figure": name in FIGURES,
            }
        )
    return heads


def get_address(request: HttpRequest, **changed: str) -> str:
    """Return the address of the list with something changed, from its first page on."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def export(viewer: "Viewer", findings: "Iterable[Finding]", year: int, form: str) -> HttpResponseBase:
    """Return the findings as CSV or as an Excel workbook."""
    findings = list(findings)
    named = {body for finding in findings for body in organizations_in(finding.evidence)}
    organizations = organizations_by_public_id(viewer, named)
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
        str(labels.label("finding", finding.state).text),
        finding.answer_due_date.isoformat(),
        finding.answered_at.date().isoformat() if finding.answered_at else "",
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
