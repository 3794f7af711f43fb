"""Start page, openness statistics, and the redirect to one's desk."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from bookings import public as bookings
from bookings.domain import get_year_interval
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.pages.catalogue.forms import SearchForm
from instrument_share.pages.catalogue.rows import build_instrument_rows
from instrument_share.pages.charts import build_category_counts, build_stacked_hours
from instrument_share.pages.navigation import OWN
from instrument_share.web import clock
from instrument_share.web.desks import desks
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.params import parse_year
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share, share_among_visitors
from instrument_share.web.text.formats import bilingual, month_label
from providers import public as providers
from providers.domain import ONE_DAY, PublicationKind
from rewards import public as rewards

ANYBODY = AnonymousUser()
"""Public figures are the same for everybody; bureau and managers see profiles that others don't."""
MAX_SOONEST = 6
MAX_NEWEST = 4
YEAR = timedelta(days=365)


@require_safe
@read_from_replica
@share_among_visitors
def home(request: HttpRequest) -> HttpResponse:
    """Show the start page."""
    body = share(lambda: _render_home(request), "home", request.user.pk)
    return render(request, "pages/home.html", {"body": body})


def _render_home(request: HttpRequest) -> str:
    """Return what is below the heading: the same for a viewer as long as nobody writes anything."""
    now = clock.now()
    found = providers.catalogue(request.user)
    counts = providers.count_by_place(found)
    context = {
        "form": SearchForm(),
        "today": now.astimezone(CITY_TIME).date().isoformat(),
        "tasks": providers.tasks(request.user),
        "categories": providers.category_counts(counts),
        "instrument_count": counts.total,
        # Asked only while there is nothing to find: no site without an administrator has instruments.
        "notices": rewards.get_running_notices(now.astimezone(CITY_TIME).date()),
        "is_set_up": bool(counts.total) or accounts.has_administrator(),
        "unit_count": providers.units(ANYBODY).count(),
        "openness": bookings.get_openness(_past_year(now)),
        "rows": build_instrument_rows(request.user, bookings.get_soonest_free(found, MAX_SOONEST), now),
        "cases": _newest(request, PublicationKind.CASE),
        "news": _newest(request, PublicationKind.NEWS),
    }
    return render_to_string("pages/parts/home.html", context, request)


def _past_year(now: datetime) -> Interval:
    """Return the last 365 days and today, as whole days, whose sums are kept."""
    end = datetime.combine(now.astimezone(CITY_TIME).date() + ONE_DAY, time(), CITY_TIME)
    return Interval(end - YEAR - ONE_DAY, end)


def _newest(request: HttpRequest, kind: PublicationKind) -> Any:
    """Return the newest publications of a kind, without withdrawn ones, which managers still see."""
    return providers.publications(request.user, kind).filter(withdrawn_at__isnull=True)[:MAX_NEWEST]


@counts_as("search")
@require_safe
@read_from_replica
@share_among_visitors
def openness(request: HttpRequest) -> HttpResponse:
    """Show a year's hours by month and unit (`?year=`), today's instruments by category, and all results."""
    today = clock.now().astimezone(CITY_TIME).date()
    present = today.year
    year = parse_year(request.GET["year"], present) if "year" in request.GET else _find_last_year(present)
    interval = get_year_interval(year)
    units = {unit.organization_id: unit.organization for unit in providers.units(ANYBODY)}
    months = bookings.get_hours_by_month(interval)
    by_unit = sorted(
        (row for row in bookings.get_hours_by_unit(interval) if row.key in units),
        key=lambda row: -row.external_seconds,
    )
    counts = providers.count_by_place(providers.catalogue(ANYBODY))
    context = {
        "year": year,
        "years": [(str(one), f"?year={one}", one == year) for one in (present - 2, present - 1, present)],
        "figures": bookings.get_openness(interval),
        "by_month": build_stacked_hours(
            months,
            [month_label(row.key, is_running=row.key == today.replace(day=1)) for row in months],
        ),
        "by_unit": build_stacked_hours(
            by_unit, [bilingual(units[row.key], "name") for row in by_unit], horizontal=True
        ),
        "instruments": build_category_counts(providers.category_counts(counts), counts.total),
        "results": rewards.cycles(ANYBODY),
    }
    return render(request, "pages/openness.html", context)


def _find_last_year(present: int) -> int:
    """Return the last year with hours: in its first days the present one has none to show."""
    last = (
        one
        for one in (present, present - 1)
        if bookings.get_openness(get_year_interval(one)).effective_seconds
    )
    return next(last, present)


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """Redirect to the person's first desk; the target after login."""
    places = desks(request.user)
    return HttpResponseRedirect((places[0] if places else OWN).address)
