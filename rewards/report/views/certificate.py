"""The yearly certificate and the sheet of a unit, for whoever may see its assessment."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from rewards.assessment.selectors import get_assessment
from rewards.cycle.permissions import require_part
from rewards.report.reports.certificate import render_certificate, render_unit_sheet
from rewards.report.reports.sealed_results import Certificate
from rewards.report.selectors.certificates import get_certificate, get_sealed_assessment


@counts_as("export")
@shown_by_browser
@require_safe
def certificate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the signed certificate in the browser."""
    found = _certificate(request, public_id)
    return _shown(render_certificate(found), found.code)


@counts_as("export")
@shown_by_browser
@require_safe
def assessment_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the unit's own sheet of the report, signed, in the browser."""
    found = _certificate(request, public_id)
    return _shown(render_unit_sheet(found, get_sealed_assessment(found)), f"{found.code}-sheet")


def _certificate(request: HttpRequest, public_id: str) -> Certificate:
    require_part(request.user)
    require(request.user, "rewards.see_assessment", get_assessment(request.user, public_id))
    return get_certificate(request.user, public_id)


def _shown(pdf: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
