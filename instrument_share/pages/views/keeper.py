"""Desk of instrument keepers."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from bookings.domain import CHECK_IN_LEAD, CHECK_IN_LEAD_MINUTES, BookingState
from bookings.public import require_keeper
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.pages.views.me import build_counted_logs
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_day
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from bookings.models import Booking

MAX_DECISIONS = 30
CLOSURES_AHEAD = timedelta(days=60)
QUALIFICATIONS_AHEAD = timedelta(days=30)


@login_required
@require_safe
def keeper(request: SignedInRequest) -> HttpResponse:
    """Show a day's bookings, waiting decisions, closures and qualifications."""
    now = clock.now()
    require_keeper(request.user)
    instruments = list(bookings.annotate_next_free(providers.kept_instruments(request.user)))
    today = now.astimezone(CITY_TIME).date()
    day = _day(request, today)
    of_today = [
        one
        for one in bookings.keeper_day_bookings(request.user, today)
        if one.state != BookingState.REQUESTED
    ]
    waiting = bookings.waiting_decisions(request.user)
    context = {
        "now": now,
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "instruments": instruments,
        "waiting": waiting[:MAX_DECISIONS],
        "waiting_count": waiting.count(),
        "overdue": [one for one in of_today if _is_overdue(one, now)],
        "arrivals": [one for one in of_today if not _is_overdue(one, now)],
        "check_in_until": now + CHECK_IN_LEAD,
        "check_in_minutes": CHECK_IN_LEAD_MINUTES,
        "to_confirm": build_counted_logs(
            bookings.waiting_confirmations(request.user).exclude(user=request.user)[:10]
        ),
        "closures": providers.closure_rows(
            [one.pk for one in instruments], Interval(now, now + CLOSURES_AHEAD)
        ).select_related("instrument"),
        "closures_ahead": CLOSURES_AHEAD.days,
        "qualifications_ahead": QUALIFICATIONS_AHEAD.days,
        "ending": providers.qualifications_of([one.pk for one in instruments], now).filter(
            expires_at__lte=now + QUALIFICATIONS_AHEAD
        ),
        "keeps": {one.pk for one in instruments},
    }
    return render(request, "pages/keeper.html", context)


def _is_overdue(booking: "Booking", now: datetime) -> bool:
    return booking.state == BookingState.IN_USE and booking.ends_at < now


def _day(request: SignedInRequest, today: date) -> date:
    return parse_day(request.GET.get("day", "")) or today


@login_required
@require_safe
def keeper_events(request: SignedInRequest) -> HttpResponse:
    """Return a day of the kept instruments for the timeline as JSON: `?day=YYYY-MM-DD`."""
    now = clock.now()
    day = _day(request, now.astimezone(CITY_TIME).date())
    kept = providers.kept_instruments(request.user)
    return JsonResponse(bookings.get_day_events(request.user, list(kept), day, now))
