"""The yearly certificate of a unit, for whoever may see its assessment."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from rewards.assessment.selectors import get_assessment
from rewards.cycle.permissions import require_part
from rewards.report.reports.certificate import render_certificate
from rewards.report.selectors.certificates import get_certificate


@shown_by_browser
@require_safe
def certificate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the signed certificate in the browser."""
    require_part(request.user)
    require(request.user, "rewards.see_assessment", get_assessment(request.user, public_id))
    found = get_certificate(request.user, public_id)
    answer = HttpResponse(render_certificate(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.code}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
