"""One instrument: whether it is the right one, whether I may, what it costs, and when it is free."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from bookings import selectors as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import Interval
from instrument_share.pages.files import picture_response
from instrument_share.pages.prices import price_table
from instrument_share.web import clock
from providers import selectors as providers
from providers.domain.publications import PublicationKind
from providers.domain.sentences import sentences
from providers.domain.words import InstrumentState

LONGEST_SPAN = timedelta(days=62)


@require_safe
def instrument(request: HttpRequest, public_id: str) -> HttpResponse:
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    terms = providers.terms_at(found.pk, now)
    cases = providers.publications(request.user, PublicationKind.CASE, found.organization_id)
    context = {
        "instrument": found,
        "terms": terms,
        "rule": sentences(replace(terms, prices=())) if terms else [],
        "prices": price_table(terms),
        "bookable": terms is not None and found.state == InstrumentState.PUBLISHED,
        "keepers": providers.keepers_of([found.pk])[found.pk],
        "cases": cases.filter(instruments=found, withdrawn_at__isnull=True)[:5],
        "next_free": bookings.next_free(found.pk),
        "today": now.astimezone(CITY_TIME).date(),
    }
    return render(request, "instrument_share/instrument.html", context)


@require_safe
def picture(request: HttpRequest, public_id: str) -> FileResponse:
    """The picture of a visible instrument; its file is named by its content and never changes."""
    found = providers.instrument(request.user, public_id)
    if not found.picture:
        raise NotFound
    return picture_response(found.picture)


@require_safe
def availability(request: HttpRequest, public_id: str) -> HttpResponse:
    """One instrument's time for the calendar part: `?start=…&end=…`, RFC 3339, two months at most."""
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    interval = _interval(request, now)
    return JsonResponse(bookings.calendar_events(request.user, found, interval, now))


def _interval(request: HttpRequest, now: datetime) -> Interval:
    """What the calendar asks for; the coming week where it asks for nothing that can be shown."""
    start, end = _instant(request.GET.get("start")), _instant(request.GET.get("end"))
    if start is None or end is None or not start < end <= start + LONGEST_SPAN:
        return Interval(now, now + timedelta(days=7))
    return Interval(start, end)


def _instant(text: str | None) -> datetime | None:
    try:
        instant = parse_datetime(text or "")
    except ValueError:
        return None
    return instant if instant and instant.tzinfo else None
