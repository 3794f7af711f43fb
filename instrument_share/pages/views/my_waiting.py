"""What a person waits for, and what is offered to them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import cursor
from instrument_share.web.signed_in import SignedInRequest

PER_PAGE = 20


@login_required
@require_safe
def my_waiting(request: SignedInRequest) -> HttpResponse:
    """Show the person's waits and those paid by organizations they administer, open ones first."""
    found = cursor.page(
        bookings.waits(request.user),
        ordering=("end", "-joined_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        "tabs": build_my_tabs(request.user, "my_waiting"),
        "page": found,
        "rows": bookings.build_wait_rows(request.user, found.items),
    }
    return render(request, "pages/my_waiting.html", context)
