"""What counts on a person's credit, until when, and what follows from it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from bookings.domain import SUSPENSION_THRESHOLD, get_suspension_end
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock, cursor
from instrument_share.web.signed_in import SignedInRequest

PER_PAGE = 20


@login_required
@require_safe
def my_credit(request: SignedInRequest) -> HttpResponse:
    """Show the person's credit events, the newest first, and whether booking is suspended."""
    now = clock.now()
    ends = list(bookings.counting_credit_events(request.user.pk, now).values_list("ends_at", flat=True))
    found = cursor.page(
        bookings.own_credit_events(request.user),
        ordering=("-occurred_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        "tabs": build_my_tabs(request.user, "my_credit"),
        "page": found,
        "rows": bookings.build_credit_rows(request.user, found.items, now),
        "count": len(ends),
        "suspends_at": SUSPENSION_THRESHOLD,
        "suspended_until": get_suspension_end(ends, now),
    }
    return render(request, "pages/my_credit.html", context)
