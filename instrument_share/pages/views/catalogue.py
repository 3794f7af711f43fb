"""The catalogue, and a day's timeline of many instruments."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.pages.catalogue.forms import CatalogueForm
from instrument_share.pages.catalogue.no_result import suggest_ways_on
from instrument_share.pages.catalogue.rows import build_instrument_rows
from instrument_share.pages.catalogue.search import (
    Address,
    Comparison,
    add_counts,
    build_category_chips,
    build_filter_chips,
    describe_interpretation,
)
from instrument_share.web import clock, cursor
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.params import parse_day
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share_among_visitors
from instrument_share.web.text.formats import name_columns
from providers import public as providers

if TYPE_CHECKING:
    from bookings.public import CatalogueResult
    from instrument_share.kernel.interval import Interval
    from providers.models import Instrument

PER_PAGE = 20
MAX_ON_TIMELINE = 60


@counts_as("search")
@require_safe
@read_from_replica
@share_among_visitors
def catalogue(request: HttpRequest) -> HttpResponse:
    """Search the catalogue; an address with empty parameters leads to the one without them."""
    address = Address(request)
    if "" in request.GET.values():
        return HttpResponseRedirect(address.clean)
    now, form = clock.now(), _form(request)
    chosen = form.cleaned_data.get("category", "")
    free, day = form.wanted_time, form.wanted_day
    first = _found(request, form, now, free=free, day=day)
    found, page = first.page_with_fallback(request.GET.get("cursor"), PER_PAGE)
    everywhere = _found(
        request,
        form,
        now,
        found.search,
        free=free,
        day=day,
        like=first,
        exclude_fields=("district", "category"),
    )
    counts = providers.count_by_place(replace(everywhere, matches_most=found.matches_most).instruments)
    district = form.asked.district
    add_counts(form, counts.within(category=chosen))
    facet = build_category_chips(chosen, counts.within(district=district), address)
    told = ("category",) if any(is_chosen for _, _, is_chosen, _ in facet) else ()
    context = {
        "form": form,
        "page": page,
        "rows": build_instrument_rows(
            request.user,
            page.items,
            now,
            since=_get_since(form),
            hours=form.wanted_time,
            asked=form.asked,
        ),
        "count": counts.within(district=district, category=chosen).total,
        "wanted": form.wanted_time,
        "wanted_day": form.wanted_day,
        "facet": facet,
        "narrowing": build_filter_chips(form, address, exclude_fields=told),
        "understood": describe_interpretation(found, form),
        "comparison": Comparison.parse(form.cleaned_data.get("compare", ""), address),
    }
    if not page.items:
        has_shorter_times = form.wanted_time and _found(request, form, now, found.search).instruments.exists()
        day_address = _build_day_address(address) if has_shorter_times else ""
        context["ways_on"] = suggest_ways_on(request.user, found.search.text, day_address)
    return render(request, "pages/catalogue.html", context)


def _get_since(form: CatalogueForm) -> datetime | None:
    """Return from when the bookable times of rows are shown; None is now."""
    if form.wanted_time:
        return form.wanted_time.start
    return datetime.combine(form.wanted_day, time(), CITY_TIME) if form.wanted_day else None


def _build_day_address(address: Address) -> str:
    return f"{reverse('timeline')}{address.replace(begins='', ends='')}"


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
    day: date | None = None,
    shown_day: date | None = None,
    like: "CatalogueResult | None" = None,
    exclude_fields: tuple[str, ...] = (),
) -> "CatalogueResult":
    """Return the form's result without some filters.

    `search` is the form's text, if parsed already, and `like` a result for the same time.
    """
    return bookings.search_catalogue(
        request.user,
        search=search or providers.search(form.cleaned_data.get("q", "")),
        asked=_without(form.asked, exclude_fields),
        free=free,
        day=day,
        shown_day=shown_day,
        order=form.order,
        now=now,
        like=like,
    )


def _without(asked: providers.CatalogueFilters, names: tuple[str, ...]) -> providers.CatalogueFilters:
    changes: dict[str, Any] = dict.fromkeys(names, "")
    return replace(asked, **changes)


@counts_as("search")
@require_safe
@read_from_replica
@share_among_visitors
def timeline(request: HttpRequest) -> HttpResponse:
    """Show a day (`day`) of the instruments that match the catalogue's filters."""
    now = clock.now()
    day = _day(request, now)
    form, address = _form(request), Address(request)
    shown = _found(request, form, now, shown_day=day).with_fallback()
    every = _found(request, form, now, shown.search, shown_day=day, exclude_fields=("category",))
    every = replace(every, matches_most=shown.matches_most)
    page = _timeline_page(request, shown)
    asked = {name: value for name, value in request.GET.items() if value and name != "day"}
    context = {
        "day": day,
        "iso_day": day.isoformat(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": now.astimezone(CITY_TIME).date(),
        "query": urlencode(asked),
        "facet": build_category_chips(
            form.cleaned_data.get("category", ""), providers.count_by_place(every.instruments), address
        ),
        "narrowing": build_filter_chips(
            form, address, exclude_fields=("q", "day", "category", "district", "unit")
        ),
        "page": page,
        "count": shown.instruments.count(),
        "shown": len(page.items),
        "understood": describe_interpretation(shown, form, exclude_fields=("day",)),
        "stretches": bookings.get_day_stretches(request.user, page.items, day, now),
        "form": form,
    }
    return render(request, "pages/timeline.html", context)


@require_safe
@read_from_replica
@share_among_visitors
def timeline_events(request: HttpRequest) -> HttpResponse:
    """Return a day's events as JSON: `?day=YYYY-MM-DD`, the filters and the cursor of the page."""
    now = clock.now()
    day = _day(request, now)
    found = _found(request, _form(request), now, shown_day=day).with_fallback()
    shown = _timeline_page(request, found).items
    applicant = bookings.get_usual_applicant(request.user)
    return JsonResponse(bookings.get_day_events(request.user, shown, day, now, applicant))


def _timeline_page(request: HttpRequest, found: "CatalogueResult") -> "cursor.Page[Instrument]":
    """Return the instruments of a page of the timeline, by category and name."""
    return cursor.page(
        found.instruments.annotate(place=Coalesce("category__code", Value(""))),
        ordering=("place", *name_columns(), "id"),
        cursor=request.GET.get("cursor"),
        limit=MAX_ON_TIMELINE,
    )


def _day(request: HttpRequest, now: datetime) -> date:
    return parse_day(request.GET.get("day", "")) or now.astimezone(CITY_TIME).date()
