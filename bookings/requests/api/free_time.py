"""Instruments, what is free, and what it costs."""

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from bookings.requests.api.parts import find_payer, find_project
from bookings.requests.domain.decision import get_first_deadline
from bookings.requests.schemas import (
    AvailabilityOut,
    ClosedOut,
    CorrectedOut,
    InstrumentsPage,
    IntervalOut,
    LinkedQuoteOut,
    PartOut,
    QuoteLineOut,
    QuoteOut,
    RequestIn,
    SearchIn,
    SpanIn,
)
from bookings.requests.selectors.admission import find_booking_problems
from bookings.requests.selectors.costs import (
    get_conditions,
    get_linked_quotes,
    get_prices,
    get_quote,
)
from bookings.requests.selectors.holds import annotate_next_free
from bookings.requests.selectors.offers import get_free_intervals
from bookings.requests.selectors.searching import Order, search_catalogue
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop
from instrument_share.kernel.interval import Interval, intersect
from instrument_share.web import clock
from instrument_share.web.api.auth import EVERYBODY
from instrument_share.web.api.fields import PublicId, require_interval
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.forms.params import MAX_SHOWN_INTERVAL
from instrument_share.web.responses import problem
from instrument_share.web.responses.replica_pages import read_from_replica
from providers import public as providers
from providers.public import InstrumentDetailOut, instrument_detail_out, instrument_found_out

router = Router(tags=["instruments"], auth=EVERYBODY)


@router.get(
    "/instruments",
    response={200: InstrumentsPage, **error_responses()},
    operation_id="instruments",
    summary=gettext_noop("Search instruments"),
)
@decorate_view(read_from_replica)
def instruments(request: HttpRequest, asked: Query[SearchIn]) -> InstrumentsPage:
    """Published instruments that have every word, fit every filter and are free as asked.

    `day` asks for some bookable start on that day, as the catalogue's page does; `free_from` and `free_until`
    for all of that time.

    Words are found in names, models, internal numbers, makers, categories, units, specifications and
    descriptions, in Chinese (two characters are enough), pinyin, its initials and English. Synonyms, misspelt
    words, sentences and what is to be measured are understood. With words the best come first, up to 200;
    otherwise they come by name. Where no instrument has all of the words, those with most of them are given.
    """
    search = providers.search(asked.q)
    found = search_catalogue(
        request.user,
        search=search,
        asked=providers.CatalogueFilters(
            category=asked.category,
            district=asked.district,
            unit=asked.unit or "",
            mode=asked.mode.value if asked.mode else "",
            user_kind=asked.user_kind.value if asked.user_kind else "",
            most_yuan=asked.price_at_most_yuan,
            vouchers=asked.vouchers,
        ),
        free=_free(asked),
        day=asked.day,
        order=asked.sort or (None if search.is_asked else Order.NAME),
        now=clock.now(),
    )
    _found, rows = found.page_with_fallback(asked.cursor, asked.limit)
    return InstrumentsPage(
        items=[instrument_found_out(row) for row in rows.items],
        next_cursor=rows.next_cursor,
        corrected=[CorrectedOut(typed=typed, meant=meant) for typed, meant in search.corrected],
        left_out=list(search.unknown),
    )


def _free(asked: SearchIn) -> Interval | None:
    if (asked.free_from is None) != (asked.free_until is None):
        message = gettext_noop("Give both free_from and free_until, or neither.")
        raise Invalid(problems=[Problem("interval.incomplete", message, field="free_until")])
    if asked.free_from is None or asked.free_until is None:
        return None
    return require_interval(asked.free_from, asked.free_until, field="free_until")


@router.get(
    "/instruments/{instrument_id}/availability",
    response={200: AvailabilityOut, **error_responses(404, 410)},
    operation_id="instrument_availability",
    summary=gettext_noop("When an instrument is open and free"),
)
@decorate_view(read_from_replica)
def availability(
    request: HttpRequest,
    instrument_id: Annotated[PublicId, Path()],
    span: Query[SpanIn],
) -> AvailabilityOut:
    """Open windows from `from` to `until`, closures with their reasons, and the time that you may request."""
    asked = require_interval(span.from_, span.until, longest=MAX_SHOWN_INTERVAL, field="until")
    now = clock.now()
    instrument = providers.instrument(request.user, instrument_id)
    terms = providers.terms_at(instrument.pk, now)
    windows = providers.open_windows([instrument.pk], asked)[instrument.pk]
    return AvailabilityOut(
        instrument=instrument.public_id,
        step_minutes=None if terms is None else terms.step // timedelta(minutes=1),
        open=_intervals(intersect(windows, [asked])),
        closed=[
            ClosedOut(
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                reason_zh=one.reason_zh,
                reason_en=one.reason_en,
            )
            for one in providers.closure_rows([instrument.pk], asked)
        ],
        free=_intervals(get_free_intervals(request.user, instrument, asked, now)),
    )


@router.post(
    "/instruments/{instrument_id}/quote",
    response={200: QuoteOut, **error_responses(400, 404, 410)},
    operation_id="instrument_quote",
    summary=gettext_noop("What a booking would cost"),
)
def quote(request: HttpRequest, instrument_id: Annotated[PublicId, Path()], data: RequestIn) -> QuoteOut:
    """The price under the rule in force. For somebody who is logged in also everything that stands against
    booking it. Changes nothing."""
    now = clock.now()
    instrument = providers.instrument(request.user, instrument_id)
    payer = find_payer(request, data.payer_organization)
    asked = {
        "interval": require_interval(data.starts_at, data.ends_at),
        "service_mode": data.service_mode,
        "payer_organization": payer,
        "samples": data.samples,
    }
    project = find_project(request, data.organization_project)
    priced = get_quote(request.user, instrument, **asked)
    problems = (
        find_booking_problems(request.user, instrument, subject="—", project=project, now=now, **asked)
        if request.user.is_authenticated
        else None
    )
    linked_ids = providers.linked_ids(instrument.pk)
    linked = get_linked_quotes(request.user, linked_ids, **asked)
    terms_of_all = providers.terms_in_force([instrument.pk, *linked_ids], data.starts_at)
    return QuoteOut(
        linked=[
            LinkedQuoteOut(instrument=other.public_id, total_yuan=theirs.total) for other, theirs in linked
        ],
        group_total_yuan=sum((theirs.total for _, theirs in linked), priced.total),
        lines=[QuoteLineOut(**row) for row in priced.as_rows()],
        total_yuan=priced.total,
        late_cancel_yuan=get_conditions(
            get_prices(instrument, priced, linked), asked["interval"], now
        ).cancel_yuan,
        decide_by=get_first_deadline(now, data.starts_at, terms_of_all.values()),
        problems=None
        if problems is None
        else [
            PartOut(code=one.code, detail=one.detail, field=one.field)
            for one in problem.problems_told(problems)
        ],
    )


@router.get(
    "/instruments/{instrument_id}",
    response={200: InstrumentDetailOut, **error_responses(404, 410)},
    operation_id="instrument",
    summary=gettext_noop("One instrument with the rule in force"),
)
def instrument(request: HttpRequest, instrument_id: Annotated[PublicId, Path()]) -> InstrumentDetailOut:
    """What the unit publishes about it, the open-service rule in force, and the versions that follow it."""
    now = clock.now()
    pk = providers.instrument_id(request.user, instrument_id)
    found = annotate_next_free(providers.instruments_with_related()).get(pk=pk)
    versions = providers.terms_versions([pk]).get(pk, [])
    coming = [after for _before, after in providers.coming_versions(versions, now)]
    return instrument_detail_out(found, providers.version_in_force(versions, now), coming)


def _intervals(intervals: list[Interval]) -> list[IntervalOut]:
    return [IntervalOut(starts_at=one.start, ends_at=one.end) for one in intervals]
