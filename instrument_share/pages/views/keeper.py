"""Desk of instrument keepers."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, Model, Q, When
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
from instrument_share.web.lists.queues import Queue, read_queue
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)
PER_LIST = 10
CLOSURES_AHEAD = timedelta(days=60)
QUALIFICATIONS_AHEAD = timedelta(days=30)


@login_required
@require_safe
def keeper(request: SignedInRequest) -> HttpResponse:
    """Show a day's bookings, waiting decisions, closures and qualifications."""
    now = clock.now()
    require_keeper(request.user)
    kept = providers.kept_instruments(request.user)
    keeps = set(kept.order_by().values_list("pk", flat=True))
    today = now.astimezone(CITY_TIME).date()
    day = _day(request, today)
    of_today = bookings.keeper_day_bookings(request.user, today).exclude(state=BookingState.REQUESTED)
    overdue = of_today.filter(_overdue(now))
    of_day = of_today.exclude(_overdue(now)).annotate(urgency=_urgency(now))
    arrivals = _page(request, of_day, "today", "urgency", "starts_at", "id")
    no_show_times = bookings.get_no_show_times(arrivals.items, now)
    waiting = bookings.waiting_decisions(request.user, now)
    decide = _page(request, waiting, "decide", "decide_by", "starts_at", "id")
    to_confirm = bookings.waiting_confirmations(request.user).exclude(user=request.user)
    confirm = _page(request, to_confirm, "confirm", "starts_at", "id")
    disputes = bookings.waiting_disputes(request.user)
    samples = bookings.sample_orders_waiting(request.user, now)
    closures = providers.closure_rows(keeps, Interval(now, now + CLOSURES_AHEAD)).select_related("instrument")
    ending = providers.qualifications_of(keeps, now).filter(expires_at__lte=now + QUALIFICATIONS_AHEAD)
    context = {
        "now": now,
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "instrument_count": len(keeps),
        "has_instruments_to_log": bookings.instruments_to_log(request.user).exists(),
        "has_instruments": bool(keeps) or bookings.responsible_instruments(request.user).exists(),
        "instruments": _page(request, bookings.annotate_next_free(kept), "mine", "name_zh", "id"),
        "waiting": decide,
        "may_approve": any(bookings.is_in_service(one.instrument) for one in decide.items),
        "queues": bookings.count_waiting(request.user),
        "overdue": _page(request, overdue, "overdue", "starts_at", "id"),
        "arrivals": arrivals,
        "arrival_rows": [(one, no_show_times.get(one.pk)) for one in arrivals.items],
        "check_in_until": now + CHECK_IN_LEAD,
        "check_in_minutes": CHECK_IN_LEAD_MINUTES,
        "confirm": confirm,
        "to_confirm": build_counted_logs(confirm.items),
        "samples": _page(request, samples, "samples", "due_at", "id"),
        "appeals": _page(request, bookings.waiting_appeals(request.user), "appeals", "answer_date", "id"),
        "disputes": _page(request, disputes, "disputes", "answer_by", "id"),
        "notes": _page(request, bookings.open_notes(request.user), "remarks", "-written_at", "-id"),
        "closures": _page(request, closures, "closed", "starts_at", "id"),
        "closures_ahead": CLOSURES_AHEAD.days,
        "qualifications_ahead": QUALIFICATIONS_AHEAD.days,
        "ending": _page(request, ending, "ending", "expires_at", "id"),
        "keeps": keeps,
    }
    return render(request, "pages/keeper.html", context)


def _page(request: SignedInRequest, rows: "QuerySet[Row]", name: str, *ordering: str) -> "Queue[Row]":
    """Return the page of one of the desk's lists; each has its own cursor in the address."""
    return read_queue(request, rows, name, *ordering, limit=PER_LIST)


def _overdue(now: datetime) -> Q:
    return Q(state=BookingState.IN_USE, ends_at__lt=now)


def _urgency(now: datetime) -> Case:
    """Return the order of the day: who is late, who is there, who comes, and what is over."""
    return Case(
        When(state=BookingState.APPROVED, starts_at__lt=now, then=0),
        When(state=BookingState.IN_USE, then=1),
        When(state=BookingState.APPROVED, then=2),
        default=3,
        output_field=IntegerField(),
    )


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
