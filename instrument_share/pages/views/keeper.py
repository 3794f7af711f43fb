"""Who comes today, what must I decide: the desk of who keeps instruments."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings import selectors as bookings
from bookings import services
from bookings.domain.states import BookingState
from bookings.views.common import CHECK_IN_OPENS
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.interval import Interval
from instrument_share.pages.keeper_forms import ByHandForm
from instrument_share.pages.views.me import counted
from instrument_share.web import clock
from instrument_share.web.answers import carried_out, done
from instrument_share.web.asked import day_asked
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.signed_in import SignedInRequest
from providers import selectors as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.models import Booking
    from instrument_share.accounts.models import User
    from providers.models import Instrument

DECISIONS_SHOWN = 30
CLOSURES_AHEAD = timedelta(days=60)
QUALIFICATIONS_AHEAD = timedelta(days=30)


@login_required
@require_safe
def keeper(request: SignedInRequest) -> HttpResponse:
    now = clock.now()
    _require_keeper(request.user)
    instruments = list(bookings.with_next_free(providers.instruments_kept(request.user)))
    today = now.astimezone(CITY_TIME).date()
    day = _day(request, today)
    of_today = [
        one for one in bookings.keeper_day(request.user, today) if one.state != BookingState.REQUESTED
    ]
    waiting = bookings.waiting_decisions(request.user)
    context = {
        "now": now,
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "instruments": instruments,
        "waiting": waiting[:DECISIONS_SHOWN],
        "waiting_count": waiting.count(),
        "overdue": [one for one in of_today if _is_overdue(one, now)],
        "arrivals": [one for one in of_today if not _is_overdue(one, now)],
        "check_in_until": now + CHECK_IN_OPENS,
        "to_confirm": counted(bookings.waiting_confirmations(request.user).exclude(user=request.user)[:10]),
        "closures": providers.closure_rows(
            [one.pk for one in instruments], Interval(now, now + CLOSURES_AHEAD)
        ).select_related("instrument"),
        "ending": providers.qualifications_of([one.pk for one in instruments], now).filter(
            expires_at__lte=now + QUALIFICATIONS_AHEAD
        ),
        "keeps": {one.pk for one in instruments},
    }
    return render(request, "instrument_share/keeper.html", context)


def _is_overdue(booking: "Booking", now: datetime) -> bool:
    return booking.state == BookingState.IN_USE and booking.ends_at < now


def _require_keeper(viewer: "User") -> None:
    if not standing(viewer).holds(Role.KEEPER):
        raise Forbidden


def _day(request: SignedInRequest, today: date) -> date:
    return day_asked(request.GET.get("day", "")) or today


@login_required
@require_safe
def keeper_events(request: SignedInRequest) -> HttpResponse:
    """One day of the kept instruments for the timeline part: `?day=YYYY-MM-DD`."""
    now = clock.now()
    day = _day(request, now.astimezone(CITY_TIME).date())
    kept = providers.instruments_kept(request.user)
    return JsonResponse(bookings.day_events(request.user, kept, day, now))


def answered_for(viewer: "User") -> "QuerySet[Instrument]":
    """The instruments on which the person may log by hand and place closures: kept, or of a managed unit."""
    if standing(viewer).holds(Role.UNIT_MANAGER):
        units = standing(viewer).organization_ids(Role.UNIT_MANAGER)
        return providers.instruments(viewer).filter(organization_id__in=units).order_by("name_zh", "id")
    _require_keeper(viewer)
    return providers.instruments_kept(viewer)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def usage_by_hand(request: SignedInRequest) -> HttpResponse:
    """A use that had no booking."""
    form = ByHandForm(
        request.POST if request.method == "POST" else None,
        instruments=answered_for(request.user),
        initial={"instrument": request.GET.get("instrument", "")},
    )
    log = carried_out(
        form, lambda: services.usage_log_by_hand(actor=request.user, now=clock.now(), **form.facts)
    )
    if log is not None:
        sentence = _("Recorded. {user} is asked to confirm it.").format(user=log.user.name)
        return done(request, sentence, reverse("usage_log", args=[log.public_id]))
    return render(
        request,
        "instrument_share/by_hand.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )
