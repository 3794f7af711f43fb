"""Desk of a person: bookings, uses and costs, and those of an organization for its administrator."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import Model, Q
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bookings import public as bookings
from bookings.domain import (
    HOLDING_STATES,
    SUSPENSION_THRESHOLD,
    BookingState,
    get_month_interval,
    get_suspension_end,
    get_year_interval,
)
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval, in_hours
from instrument_share.pages.past_bookings import ORDERING, PastFilterForm, export_past
from instrument_share.people.views.tabs import build_my_tabs, get_administered_organizations
from instrument_share.personal.services.disclosures import people_disclosed, people_listed
from instrument_share.web import clock, cursor
from instrument_share.web.forms.params import parse_year
from instrument_share.web.lists.queues import Queue, read_queue
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, name_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from bookings.models import UsageLog
    from instrument_share.accounts.models import Organization, User

Row = TypeVar("Row", bound=Model)
MAX_COMING = 20
RATED_AT_ONCE = 3
PAST_PER_PAGE = 10
USED_PER_PAGE = 20
RATING_PERIOD = timedelta(days=60)
MONTHS = 12
INITIALLY_SHOWN = 30
IN_USE = Q(state=BookingState.IN_USE)


@login_required
@require_safe
def me(request: SignedInRequest) -> HttpResponseBase:
    """Show the person's coming and past bookings, confirmations and ratings to give.

    `?q=` and `?state=` narrow the past bookings, `?format=csv` exports those.
    """
    now = clock.now()
    viewer = request.user
    own = bookings.bookings(viewer).filter(user=viewer)
    ahead = own.filter(Q(state__in=HOLDING_STATES, ends_at__gt=now) | IN_USE).order_by("starts_at", "id")
    ahead = ahead.exclude(state=BookingState.OFFERED)
    following = ahead.select_related("rule").first()
    later = ahead.exclude(pk=following.pk) if following else ahead.none()
    to_confirm = bookings.waiting_confirmations(viewer).filter(user=viewer)
    confirm = _queue(request, to_confirm, "confirm", "starts_at", "id")
    over = own.exclude(Q(state__in=HOLDING_STATES, ends_at__gt=now) | IN_USE)
    form = PastFilterForm(request, over.select_related("usage_log__review"))
    if request.GET.get("format") == "csv":
        return export_past(form.found)
    past = cursor.page(form.found, ordering=ORDERING, cursor=request.GET.get("cursor"), limit=PAST_PER_PAGE)
    record = list(bookings.counting_credit_events(viewer.pk, now).order_by("-occurred_at", "-id"))
    samples = _queue(request, bookings.sample_orders_to_answer(viewer, now), "samples", "due_at", "id")
    obstacles = bookings.find_quote_obstacles(viewer, samples.items, now)
    context = {
        "tabs": build_my_tabs(viewer, "me"),
        "suspensions": accounts.suspensions(viewer, name_columns()),
        "requests": _requests_to_join(viewer),
        "offers": _queue(request, bookings.offers_to_answer(viewer, now), "offers", "answer_by", "id"),
        "to_check_out": bookings.uses_while_suspended(viewer),
        "next": following,
        "may": bookings.get_possible_actions(viewer, following, now) if following else set(),
        "coming": _queue(request, later, "coming", "starts_at", "id"),
        "past": past,
        "past_form": form,
        "confirm": confirm,
        "to_confirm": build_counted_logs(confirm.items),
        "to_rate": read_queue(
            request, _to_rate(viewer, now), "rate", "-starts_at", "-id", limit=RATED_AT_ONCE
        ),
        "statements": _queue(request, bookings.statements_to_pay(viewer), "statements", "due_date", "id"),
        "today": now.astimezone(CITY_TIME).date(),
        "samples": samples,
        "quotes": [
            (one, told(found.message, found.params) if (found := obstacles.get(one.pk)) else "")
            for one in samples.items
        ],
        "credit": record,
        "suspended_until": get_suspension_end([event.ends_at for event in record], now),
        "suspends_at": SUSPENSION_THRESHOLD,
    }
    return render(request, "pages/me.html", context)


def _queue(request: SignedInRequest, rows: "QuerySet[Row]", name: str, *ordering: str) -> "Queue[Row]":
    return read_queue(request, rows, name, *ordering, limit=MAX_COMING)


def _requests_to_join(viewer: "User") -> "list[tuple[Organization, int]]":
    """Return the organizations whose people the viewer manages, with how many people ask to join, if any."""
    own = {one.organization_id: one.organization for one in accounts.standing(viewer).memberships}
    waiting = accounts.waiting_requests(viewer, own.values())
    return [(organization, waiting[pk]) for pk, organization in own.items() if pk in waiting]


def _to_rate(viewer: "User", now: datetime) -> "QuerySet[UsageLog]":
    """Return recent confirmed uses that the person has not rated."""
    return bookings.usage_logs(viewer).filter(  # type: ignore[misc]
        user=viewer, review__isnull=True, is_confirmed=True, starts_at__gt=now - RATING_PERIOD
    )


@dataclass(frozen=True)
class CountedLog:
    """A log with the values that count now."""

    log: "UsageLog"
    values: dict[str, Any]


def build_counted_logs(logs: "Iterable[UsageLog]") -> list[CountedLog]:
    """Return the logs with their current values."""
    return [CountedLog(log, bookings.get_current_values(log)) for log in logs]


@login_required
@require_safe
def my_usage(request: SignedInRequest) -> HttpResponseBase:
    """Show the uses of a year and their cost (`?year=`), or export them (`?format=csv`)."""
    present = clock.now().astimezone(CITY_TIME).year
    year = parse_year(request.GET.get("year", ""), present)
    logs = bookings.usage_logs(request.user).filter(
        user=request.user, **_interval_filter(get_year_interval(year))
    )
    rows = build_counted_logs(logs.order_by("-starts_at", "-id"))
    if request.GET.get("format") == "csv":
        return _as_csv(f"usage-{year}", rows)
    context = {
        "tabs": build_my_tabs(request.user, "my_usage"),
        "rows": rows if "all" in request.GET else rows[:INITIALLY_SHOWN],
        "all_address": f"?year={year}&all=1"
        if len(rows) > INITIALLY_SHOWN and "all" not in request.GET
        else "",
        "by_month": _by_month(rows) if rows else None,
        **_sums(logs),
        "span": _("the year %(year)s") % {"year": year},
        "spans": [(str(one), f"?year={one}", one == year) for one in (present, present - 1, present - 2)],
        "csv_address": f"?year={year}&format=csv",
    }
    return render(request, "pages/my_usage.html", context)


@login_required
@require_safe
def my_organization(request: SignedInRequest, public_id: str) -> HttpResponseBase:
    """Show an organization's coming bookings, and its uses of a month (`?month=YYYY-MM`)."""
    now = clock.now()
    organization = require_found(
        next(
            (one for one in get_administered_organizations(request.user) if one.public_id == public_id), None
        )
    )
    month = _month(request.GET.get("month", ""), now)
    paid = Q(payer_organization=organization)
    span = get_month_interval(datetime.combine(month, time(), CITY_TIME))
    logs = bookings.usage_logs(request.user).filter(paid, **_interval_filter(span))
    if request.GET.get("format") == "csv":
        rows = build_counted_logs(logs.order_by("-starts_at", "-id"))
        people_disclosed(
            actor=request.user,
            what="usage.export",
            count=len(rows),
            subject=organization,
            organization_id=organization.pk,
            now=now,
        )
        return _as_csv(f"{organization.public_id}-{month:%Y-%m}", rows)
    used = cursor.page(
        logs, ordering=("-starts_at", "-id"), cursor=request.GET.get("used"), limit=USED_PER_PAGE
    )
    ahead = (
        bookings.bookings(request.user)
        .filter(paid, state__in=HOLDING_STATES)
        .filter(Q(ends_at__gt=now) | IN_USE)
    )
    coming = cursor.page(
        ahead, ordering=("starts_at", "id"), cursor=request.GET.get("cursor"), limit=MAX_COMING
    )
    people_listed(
        actor=request.user,
        what="usage.list",
        people=[*(one.user_id for one in coming.items), *(one.user_id for one in used.items)],
        now=now,
        subject=organization,
        organization_id=organization.pk,
    )
    context = {
        "tabs": build_my_tabs(request.user, public_id),
        "organization": organization,
        "page": coming,
        "rows": build_counted_logs(used.items),
        "used": used,
        **_sums(logs),
        "span": date_format(month, "YEAR_MONTH_FORMAT"),
        "spans": [
            (date_format(one, "YEAR_MONTH_FORMAT"), f"?month={one:%Y-%m}", one == month)
            for one in _months_back(now)
        ],
        "csv_address": f"?month={month:%Y-%m}&format=csv",
    }
    return render(request, "pages/my_organization.html", context)


@login_required
@require_safe
def my_statements(request: SignedInRequest) -> HttpResponseBase:
    """Show the statements that the person or their organizations pay (`?state=`).

    `?format=csv` exports what is shown.
    """
    found = bookings.statements_received(request.user)
    listed = bookings.narrow_statements(request, found, of_unit=False)
    if request.GET.get("format") == "csv":
        return bookings.export_statements(request.user, "statements", listed)
    context = {
        "tabs": build_my_tabs(request.user, "my_statements"),
        **bookings.build_statement_list(request, found, listed, of_unit=False),
    }
    return render(request, "pages/my_statements.html", context)


@login_required
@require_safe
def my_samples(request: SignedInRequest) -> HttpResponse:
    """Show the samples that the person has ordered to be measured: quotes to answer, then the newest."""
    now = clock.now()
    context = {
        "tabs": build_my_tabs(request.user, "my_samples"),
        "now": now,
        "page": cursor.page(
            bookings.own_sample_orders(request.user, now),
            ordering=("-is_to_answer", "-submitted_at", "-id"),
            cursor=request.GET.get("cursor"),
            limit=USED_PER_PAGE,
        ),
    }
    return render(request, "pages/my_samples.html", context)


def _month(text: str, now: datetime) -> date:
    """Return the first day of the requested month, by default of the present one."""
    known = {f"{one:%Y-%m}": one for one in _months_back(now)}
    return known.get(text, next(iter(known.values())))


def _months_back(now: datetime) -> list[date]:
    today = now.astimezone(CITY_TIME).date()
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    return [date(number // 12, number % 12 + 1, 1) for number in months]


def _interval_filter(span: Interval) -> dict[str, datetime]:
    return {"starts_at__gte": span.start, "starts_at__lt": span.end}


def _sums(logs: "QuerySet[UsageLog]") -> dict[str, Any]:
    sums = bookings.sum_uses(logs)
    return {
        "count": sums.count,
        "total_seconds": sums.effective_seconds,
        "total_yuan": sums.amount_yuan,
    }


def _by_month(rows: list[CountedLog]) -> dict[str, Any]:
    """Return effective hours as chart data, each use in the month for which it was recorded."""
    lengths = dict.fromkeys(range(1, MONTHS + 1), 0)
    for row in rows:
        lengths[row.log.starts_at.astimezone(CITY_TIME).month] += row.values["effective_seconds"]
    year = rows[0].log.starts_at.astimezone(CITY_TIME).year
    return {
        "type": "bar",
        "unit": _("hours"),
        "categories": [date_format(date(year, month, 1), "YEAR_MONTH_FORMAT") for month in lengths],
        "series": [
            {
                "name": _("Effective hours"),
                "data": [in_hours(one) for one in lengths.values()],
            }
        ],
    }


def _confirmed(log: "UsageLog") -> str:
    if log.is_confirmed_by_clock:  # type: ignore[attr-defined]
        return _("automatically")
    return pgettext("answer", "yes") if log.is_confirmed else pgettext("answer", "no")  # type: ignore[attr-defined]


def _as_csv(name: str, rows: list[CountedLog]) -> StreamingHttpResponse:
    head = [
        _("Number"),
        _("Instrument"),
        _("Who used it"),
        _("Starts at"),
        _("Ends at"),
        _("Effective hours"),
        _("Amount"),
        _("Confirmed"),
    ]
    return csv_response(
        name,
        head,
        (
            [
                row.log.public_id,
                bilingual(row.log.instrument, "name"),
                row.log.user.name,
                f"{row.values['starts_at'].astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}",
                f"{row.values['ends_at'].astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}",
                f"{Decimal(row.values['effective_seconds']) / 3600:.4f}",
                f"{row.values['amount_yuan']:.2f}",
                _confirmed(row.log),
            ]
            for row in rows
        ),
    )
