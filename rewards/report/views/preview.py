"""Look through the paper before it is sealed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from rewards.cycle.selectors.cycles import get_cycle
from rewards.report.selectors.previews import get_preview, read_preview
from rewards.report.services.previews import preview_confirm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def report_preview(request: SignedInRequest, year: int) -> HttpResponse:
    """Show where to read the preview; POST says that it was looked through."""
    require(request.user, "rewards.send_report")
    cycle = get_cycle(request.user, year)
    preview = require_found(get_preview(cycle))
    if request.method == "POST":
        seen = request.POST.get("sha256", "")
        preview_confirm(actor=request.user, cycle_id=cycle.pk, sha256=seen, now=clock.now())
        message = _("Noted: the preview was reviewed. The report can be sealed now.")
        return redirect_with_message(request, message, page_address("cycle", year))
    return render(
        request, "rewards/report/preview.html", {"cycle": cycle, "preview": preview, "sees_all": True}
    )


@shown_by_browser
@require_safe
def report_preview_pdf(request: HttpRequest, year: int) -> HttpResponse:
    """Show the preview in the browser."""
    require(request.user, "rewards.send_report")
    preview = require_found(get_preview(get_cycle(request.user, year)))
    answer = HttpResponse(read_preview(preview), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="preview-{year}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
