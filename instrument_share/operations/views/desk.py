"""The administrator's desk: what waits, with where it is mended."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.operations.selectors.desk import get_desk
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.web import clock
from instrument_share.web.signed_in import SignedInRequest


@login_required
@require_safe
def system(request: SignedInRequest) -> HttpResponse:
    """Show failed mails and jobs, scheduled jobs that are overdue, and locked accounts."""
    require(request.user, "site.operate")
    now = clock.now()
    context = {"tabs": build_system_tabs("system"), "desk": get_desk(request.user, now), "now": now}
    return render(request, "operations/desk.html", context)
