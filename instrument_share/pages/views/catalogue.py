"""Which instrument, and when: the catalogue, and a day over many instruments."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from bookings import selectors as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.pages.forms import CatalogueForm
from instrument_share.pages.rows import rows_of
from instrument_share.web import clock, cursor
from providers import selectors as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.models import Instrument

PER_PAGE = 20
ON_TIMELINE = 60
ORDERINGS = {"": ("next_free_order", "id"), "name": ("name_zh", "id")}


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    form = CatalogueForm(request.GET, viewer=request.user)
    form.is_valid()
    wanted = form.wanted_time
    found = _asked_for(request, form, now)
    ordering = ORDERINGS[form.cleaned_data.get("sort") or ""]
    page = cursor.page(
        bookings.with_next_free(found), ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE
    )
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.items, now),
        "count": found.count(),
        "wanted": wanted,
        "facet": _category_chips(request, form),
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "instrument_share/catalogue.html", context)


def _asked_for(request: HttpRequest, form: CatalogueForm, now: datetime) -> "QuerySet[Instrument]":
    asked = form.cleaned_data
    found = providers.catalogue(
        request.user,
        providers.Asked(
            category=asked.get("category", ""),
            district=asked.get("district", ""),
            unit=asked.get("unit", ""),
            mode=asked.get("mode", ""),
            user_kind=asked.get("user_kind", ""),
        ),
        search=providers.search(asked.get("q", "")),
        at=now,
    )
    wanted = form.wanted_time
    return bookings.free_at(found, wanted) if wanted else found


def _category_chips(request: HttpRequest, form: CatalogueForm) -> list[tuple[Any, ...]]:
    """The categories of what was found otherwise, as (category, address, is chosen, count)."""
    chosen = form.cleaned_data.get("category", "")
    kept = {
        name: value for name, value in request.GET.items() if value and name not in {"category", "cursor"}
    }

    def address(code: str) -> str:
        return "?" + urlencode({**kept, **({"category": code} if code else {})})

    return [
        (count, address("" if count.code == chosen else count.code), count.code == chosen)
        for count in providers.category_counts(request.user)
    ]


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    day = _day(request, now)
    form = CatalogueForm(request.GET, viewer=request.user)
    form.is_valid()
    asked = {name: value for name, value in request.GET.items() if value and name != "day"}
    context = {
        "day": day,
        "iso_day": day.isoformat(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": now.astimezone(CITY_TIME).date(),
        "query": urlencode(asked),
        "facet": _category_chips(request, form),
        "shown": min(_on_timeline(request, now).count(), ON_TIMELINE),
        "form": form,
    }
    return render(request, "instrument_share/timeline.html", context)


@require_safe
def timeline_events(request: HttpRequest) -> HttpResponse:
    """A day over the instruments that were asked for: `?day=YYYY-MM-DD` and the filters of the page."""
    now = clock.now()
    shown = _on_timeline(request, now).order_by("category__code", "name_zh", "id")[:ON_TIMELINE]
    return JsonResponse(bookings.day_events(request.user, shown, _day(request, now), now))


def _on_timeline(request: HttpRequest, now: datetime) -> "QuerySet[Instrument]":
    return providers.catalogue(
        request.user,
        providers.Asked(category=request.GET.get("category", "")[:6]),
        search=providers.search(request.GET.get("q", "")[:100]),
        at=now,
    )


def _day(request: HttpRequest, now: datetime) -> date:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    return asked or now.astimezone(CITY_TIME).date()
