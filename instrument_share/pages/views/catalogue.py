"""Which instrument, and when: the catalogue, and a day over many instruments."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.pages.forms import CatalogueForm
from instrument_share.pages.rows import rows_of
from instrument_share.pages.search import (
    Address,
    Comparison,
    category_chips,
    filter_chips,
    understood,
    with_counts,
)
from instrument_share.web import clock
from instrument_share.web.params import parse_day
from providers import public as providers

if TYPE_CHECKING:
    from bookings.public import Found
    from instrument_share.kernel.interval import Interval

PER_PAGE = 20
ON_TIMELINE = 60


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    form, address = _form(request), Address(request)
    chosen, mark = form.cleaned_data.get("category", ""), request.GET.get("cursor")
    found = _found(request, form, now, free=form.wanted_time)
    page = found.page(mark, PER_PAGE)
    if not page.items and not mark:
        found = found.loosened()
        page = found.page(None, PER_PAGE) if found.with_most else page
    everywhere = _found(
        request, form, now, found.search, free=form.wanted_time, exclude_fields=("district", "category")
    )
    counts = providers.count_by_place(replace(everywhere, with_most=found.with_most).instruments)
    district = form.asked.district
    with_counts(form, counts.within(category=chosen))
    facet = category_chips(chosen, counts.within(district=district), address)
    told = ("category",) if any(is_chosen for _, _, is_chosen, _ in facet) else ()
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(request.user, page.items, now),
        "count": counts.within(district=district, category=chosen).total,
        "wanted": form.wanted_time,
        "facet": facet,
        "narrowing": filter_chips(form, address, exclude_fields=told),
        "understood": understood(found),
        "comparison": Comparison.of(form.cleaned_data.get("compare", ""), address),
    }
    return render(request, "pages/catalogue.html", context)


def _form(request: HttpRequest) -> CatalogueForm:
    form = CatalogueForm(request.GET, viewer=request.user)
    form.is_valid()
    return form


def _found(
    request: HttpRequest,
    form: CatalogueForm,
    now: datetime,
    search: providers.Search | None = None,
    *,
    free: "Interval | None" = None,
    exclude_fields: tuple[str, ...] = (),
) -> "Found":
    """What the form asks for, but for some filters; `search` where its words are understood already."""
    return bookings.catalogue_search(
        request.user,
        search=search or providers.search(form.cleaned_data.get("q", "")),
        asked=_without(form.asked, exclude_fields),
        free=free,
        order=form.order,
        now=now,
    )


def _without(asked: providers.CatalogueFilters, names: tuple[str, ...]) -> providers.CatalogueFilters:
    changes: dict[str, Any] = dict.fromkeys(names, "")
    return replace(asked, **changes)


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """A day over the instruments that the filters of the catalogue leave; `day` is the day that is shown."""
    now = clock.now()
    day = _day(request, now)
    form, address = _form(request), Address(request)
    shown = _found(request, form, now)
    every = _found(request, form, now, shown.search, exclude_fields=("category",))
    asked = {name: value for name, value in request.GET.items() if value and name != "day"}
    context = {
        "day": day,
        "iso_day": day.isoformat(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": now.astimezone(CITY_TIME).date(),
        "query": urlencode(asked),
        "facet": category_chips(
            form.cleaned_data.get("category", ""), providers.count_by_place(every.instruments), address
        ),
        "narrowing": filter_chips(form, address, exclude_fields=("q", "day", "category")),
        "shown": min(shown.instruments.count(), ON_TIMELINE),
        "form": form,
    }
    return render(request, "pages/timeline.html", context)


@require_safe
def timeline_events(request: HttpRequest) -> HttpResponse:
    """A day over the instruments that were asked for: `?day=YYYY-MM-DD` and the filters of the page."""
    now = clock.now()
    found = _found(request, _form(request), now).instruments
    shown = found.order_by("category__code", "name_zh", "id")[:ON_TIMELINE]
    return JsonResponse(bookings.day_events(request.user, shown, _day(request, now), now))


def _day(request: HttpRequest, now: datetime) -> date:
    return parse_day(request.GET.get("day", "")) or now.astimezone(CITY_TIME).date()
