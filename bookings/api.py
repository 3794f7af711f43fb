"""Free time, prices, bookings and usage in the API: each operation is one call of a service or selector."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router, Status

from bookings import selectors, services
from bookings.domain.errors import RevisionMismatch
from bookings.domain.states import BookingState
from bookings.schemas import (
    AvailabilityOut,
    BookingIn,
    BookingOut,
    BookingsPage,
    CheckOutIn,
    ConfirmIn,
    InstrumentsPage,
    IntervalOut,
    MoveIn,
    NoteIn,
    PartOut,
    QuoteLineOut,
    QuoteOut,
    ReasonIn,
    RequestIn,
    SpanIn,
    UsageOut,
    UsagePage,
    booking_out,
    usage_out,
)
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import Invalid, NotFound, Problem, gettext_noop
from instrument_share.kernel.interval import Interval, intersected
from instrument_share.web import clock, problem
from instrument_share.web.api import (
    EVERYBODY,
    MEMBERS,
    NO_NUL,
    Cursor,
    Instant,
    Limit,
    PreconditionFailed,
    PreconditionMissing,
    PublicId,
    interval_of,
    person,
    refusals,
)
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import idempotent_operation
from providers import selectors as providers
from providers.schemas import instrument_out

LONGEST_CALENDAR = timedelta(days=62)
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="the booking's ETag, as it was last seen"),
]
BookingId = Annotated[PublicId, Path()]
IDEMPOTENT = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
            "description": "the same key with the same body gives the first answer again, for a week",
        }
    ]
}
WITH_ETAG: dict[str, Any] = {
    "responses": {200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "the revision"}}}}
}

public = Router(tags=["instruments"], auth=EVERYBODY)
bookings = Router(tags=["bookings"], auth=MEMBERS)
usage = Router(tags=["usage"], auth=MEMBERS)

# --- What is free, and what it costs ------------------------------------------------------------------------


@public.get(
    "/instruments",
    response={200: InstrumentsPage, **refusals()},
    operation_id="instruments",
    summary="Search instruments",
)
def instruments(
    request: HttpRequest,
    text: Annotated[
        str, Query(max_length=200, pattern=NO_NUL, description="every word must occur, pinyin included")
    ] = "",
    category: Annotated[
        str, Query(max_length=6, pattern=NO_NUL, description="a code of any level: 020000, 020100, 020102")
    ] = "",
    unit: Annotated[PublicId | None, Query(description="an owning unit")] = None,
    free_from: Annotated[Instant | None, Query(description="with `free_until`: free for all of it")] = None,
    free_until: Annotated[Instant | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> InstrumentsPage:
    """Published instruments, by name."""
    found = providers.catalogue(request.user, text=text, category=category, unit=unit or "")
    if (free_from is None) != (free_until is None):
        raise Invalid(
            problems=[
                Problem(
                    "interval.incomplete",
                    gettext_noop("Give both free_from and free_until, or neither."),
                    field="free_until",
                )
            ]
        )
    if free_from is not None and free_until is not None:
        found = selectors.free_at(found, interval_of(free_from, free_until))
    rows = page(selectors.with_next_free(found), ordering=("name_zh", "id"), cursor=cursor, limit=limit)
    return InstrumentsPage(items=[instrument_out(row) for row in rows.items], next_cursor=rows.next_cursor)


@public.get(
    "/instruments/{instrument_id}/availability",
    response={200: AvailabilityOut, **refusals(404)},
    operation_id="instrument_availability",
    summary="When an instrument is open and free",
)
def availability(
    request: HttpRequest,
    instrument_id: Annotated[PublicId, Path()],
    span: Query[SpanIn],
) -> AvailabilityOut:
    """Open windows and free time from `from` to `until`; free time begins now at the earliest."""
    asked = interval_of(span.from_, span.until)
    if asked.length > LONGEST_CALENDAR:
        raise Invalid(
            problems=[
                Problem(
                    "interval.too_long", gettext_noop("Ask for at most 62 days at a time."), field="until"
                )
            ]
        )
    now = clock.now()
    instrument = providers.instrument(request.user, instrument_id)
    terms = providers.terms_at(instrument.pk, now)
    windows = providers.open_windows([instrument.pk], asked)[instrument.pk]
    return AvailabilityOut(
        instrument=instrument.public_id,
        step_minutes=None if terms is None else terms.step // timedelta(minutes=1),
        open=_intervals(intersected(windows, [asked])),
        free=_intervals(selectors.free_time(instrument.pk, asked, now)),
    )


@public.post(
    "/instruments/{instrument_id}/quote",
    response={200: QuoteOut, **refusals(400, 404)},
    operation_id="instrument_quote",
    summary="What a booking would cost",
)
def quote(request: HttpRequest, instrument_id: Annotated[PublicId, Path()], data: RequestIn) -> QuoteOut:
    """The price under the rule in force. For somebody who is logged in also everything that stands against
    booking it. Changes nothing."""
    now = clock.now()
    instrument = providers.instrument(request.user, instrument_id)
    payer = _payer(request, data.payer_organization)
    asked = {
        "interval": interval_of(data.starts_at, data.ends_at),
        "service_mode": data.service_mode,
        "payer_organization": payer,
        "samples": data.samples,
        "now": now,
    }
    priced = selectors.quote_for(request.user, instrument, **asked)
    problems = (
        selectors.booking_problems(request.user, instrument, subject="—", **asked)
        if request.user.is_authenticated
        else []
    )
    return QuoteOut(
        lines=[QuoteLineOut(**row) for row in priced.as_rows()],
        total_yuan=priced.total,
        problems=[
            PartOut(code=one.code, detail=one.detail, field=one.field)
            for one in problem.problems_told(problems)
        ],
    )


# --- Bookings -----------------------------------------------------------------------------------------------


@bookings.get(
    "", response={200: BookingsPage, **refusals()}, operation_id="bookings", summary="Bookings you may see"
)
def booking_list(
    request: HttpRequest,
    state: Annotated[BookingState | None, Query()] = None,
    instrument: Annotated[PublicId | None, Query()] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="ending after this")] = None,
    until: Annotated[Instant | None, Query(description="starting before this")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> BookingsPage:
    """One's own, one's organization's as its administrator, one's instruments' as keeper or manager; the
    newest start first."""
    found = selectors.bookings(request.user)
    wanted = {
        "state": state,
        "instrument__public_id": instrument,
        "ends_at__gt": from_,
        "starts_at__lt": until,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = page(found, ordering=("-starts_at", "-id"), cursor=cursor, limit=limit)
    return BookingsPage(items=[booking_out(row) for row in rows.items], next_cursor=rows.next_cursor)


@bookings.post(
    "",
    response={201: BookingOut, **refusals(400, 403, 404, 409)},
    operation_id="booking_create",
    summary="Book an instrument",
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def booking_create(request: HttpRequest, data: BookingIn) -> Status[BookingOut]:
    """Approved at once or waiting for a keeper, as the rule says; either way the time is held."""
    instrument = providers.instrument(request.user, data.instrument)
    payer = _payer(request, data.payer_organization)
    made = services.booking_create(
        actor=person(request),
        instrument_id=instrument.pk,
        interval=interval_of(data.starts_at, data.ends_at),
        service_mode=data.service_mode,
        payer_organization_id=payer and payer.pk,
        subject=data.subject,
        project=data.project,
        direction=data.direction,
        samples=data.samples,
        now=clock.now(),
    )
    return Status(201, booking_out(made))


@bookings.get(
    "/{booking_id}",
    response={200: BookingOut, **refusals(404)},
    operation_id="booking",
    summary="One booking",
    openapi_extra=WITH_ETAG,
)
def booking(request: HttpRequest, response: HttpResponse, booking_id: BookingId) -> BookingOut:
    return _shown(response, selectors.booking(request.user, booking_id))


@bookings.patch(
    "/{booking_id}",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412, 428)},
    operation_id="booking_move",
    summary="Move or extend a booking",
    openapi_extra=WITH_ETAG,
)
def booking_move(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: MoveIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """Under the rule in force now, with the same checks and a new quote. `If-Match` is needed."""
    if if_match is None:
        raise PreconditionMissing
    return _done(
        request,
        response,
        booking_id,
        if_match,
        services.booking_move,
        interval=interval_of(data.starts_at, data.ends_at),
    )


@bookings.post(
    "/{booking_id}/cancel",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_cancel",
    summary="Cancel a booking",
    openapi_extra=WITH_ETAG,
)
def booking_cancel(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """After the deadline it costs what the rule says, for the part that nobody takes."""
    return _done(request, response, booking_id, if_match, services.booking_cancel, reason=data.reason)


@bookings.post(
    "/{booking_id}/approve",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_approve",
    summary="Grant a request",
    openapi_extra=WITH_ETAG,
)
def booking_approve(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: NoteIn,
    if_match: IfMatch = None,
) -> BookingOut:
    return _done(request, response, booking_id, if_match, services.booking_approve, note=data.note)


@bookings.post(
    "/{booking_id}/reject",
    response={200: BookingOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_reject",
    summary="Decline a request",
    openapi_extra=WITH_ETAG,
)
def booking_reject(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ReasonIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """With a reason, which the user reads."""
    return _done(request, response, booking_id, if_match, services.booking_reject, reason=data.reason)


@bookings.post(
    "/{booking_id}/check-in",
    response={200: BookingOut, **refusals(403, 404, 409, 412)},
    operation_id="booking_check_in",
    summary="Let the user at the instrument",
    openapi_extra=WITH_ETAG,
)
def booking_check_in(
    request: HttpRequest, response: HttpResponse, booking_id: BookingId, if_match: IfMatch = None
) -> BookingOut:
    """From 15 minutes before the start, when nobody else is at it."""
    return _done(request, response, booking_id, if_match, services.booking_check_in)


@bookings.post(
    "/{booking_id}/check-out",
    response={201: UsageOut, **refusals(400, 403, 404, 409, 412)},
    operation_id="booking_check_out",
    summary="End a use and write its log",
)
def booking_check_out(
    request: HttpRequest, booking_id: BookingId, data: CheckOutIn, if_match: IfMatch = None
) -> Status[UsageOut]:
    """The log waits for the user's confirmation. What was booked beyond is free at once."""
    found = selectors.booking(request.user, booking_id)
    log = _matching(
        if_match, services.booking_check_out, request=request, booking_id=found.pk, **data.model_dump()
    )
    return Status(201, _usage(request, log.public_id))


# --- Usage --------------------------------------------------------------------------------------------------


@usage.get(
    "", response={200: UsagePage, **refusals()}, operation_id="usage_logs", summary="Usage logs you may see"
)
def usage_list(
    request: HttpRequest,
    instrument: Annotated[PublicId | None, Query()] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="starting at or after this")] = None,
    until: Annotated[Instant | None, Query(description="starting before this")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> UsagePage:
    """As they count now, confirmed corrections applied; the newest start first (as first recorded)."""
    wanted = {"instrument__public_id": instrument, "starts_at__gte": from_, "starts_at__lt": until}
    found = selectors.usage_logs(request.user).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    rows = page(found, ordering=("-starts_at", "-id"), cursor=cursor, limit=limit)
    return UsagePage(items=[_usage_out(row) for row in rows.items], next_cursor=rows.next_cursor)


@usage.get(
    "/{log_id}", response={200: UsageOut, **refusals(404)}, operation_id="usage_log", summary="One usage log"
)
def usage_log(request: HttpRequest, log_id: Annotated[PublicId, Path()]) -> UsageOut:
    return _usage(request, log_id)


@usage.post(
    "/{log_id}/confirm",
    response={200: UsageOut, **refusals(400, 403, 404, 409)},
    operation_id="usage_confirm",
    summary="Confirm a log or a correction of it",
)
def usage_confirm(request: HttpRequest, log_id: Annotated[PublicId, Path()], data: ConfirmIn) -> UsageOut:
    """By somebody other than the person who recorded it."""
    log = selectors.usage_log(request.user, log_id)
    correction = None
    if data.correction is not None:
        correction = next((one for one in log.corrections.all() if one.public_id == data.correction), None)
        if correction is None:
            raise NotFound
    services.usage_confirm(
        actor=person(request),
        log_id=log.pk,
        correction_id=None if correction is None else correction.pk,
        now=clock.now(),
    )
    return _usage(request, log_id)


# --- Parts --------------------------------------------------------------------------------------------------


def _payer(request: HttpRequest, public_id: str | None) -> Any:
    return None if public_id is None else accounts.organization(request.user, public_id)


def _intervals(intervals: list[Interval]) -> list[IntervalOut]:
    return [IntervalOut(starts_at=one.start, ends_at=one.end) for one in intervals]


def _shown(response: HttpResponse, booking: Any) -> BookingOut:
    response["ETag"] = f'"{booking.revision}"'
    return booking_out(booking)


def _done(
    request: HttpRequest,
    response: HttpResponse,
    public_id: str,
    if_match: str | None,
    service: Any,
    **values: Any,
) -> BookingOut:
    """A change of a booking that the caller can see, answered with the booking as it is now."""
    found = selectors.booking(request.user, public_id)
    return _shown(response, _matching(if_match, service, request=request, booking_id=found.pk, **values))


def _matching(if_match: str | None, service: Any, *, request: HttpRequest, **values: Any) -> Any:
    """The service's result; 412 when `If-Match` names another revision than the stored one."""
    try:
        return service(actor=person(request), now=clock.now(), revision=_revision(if_match), **values)
    except RevisionMismatch as error:
        raise PreconditionFailed(error) from error


def _revision(if_match: str | None) -> int | None:
    """The revision that an ETag names; -1, which none has, for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def _usage(request: HttpRequest, public_id: str) -> UsageOut:
    return _usage_out(selectors.usage_log(request.user, public_id))


def _usage_out(log: Any) -> UsageOut:
    return usage_out(log, selectors.values_of(log), log.is_confirmed)
