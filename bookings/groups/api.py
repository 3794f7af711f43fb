"""Series, baskets, extensions and handing over: each operation is one call of a service or selector."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from bookings.groups.domain import get_dates
from bookings.groups.schemas import (
    BasketIn,
    BookingsOut,
    ChecksOut,
    ColleagueOut,
    ExtendIn,
    GroupOut,
    HandOverIn,
    HandOverOptionsOut,
    SeriesCancelIn,
    SeriesIn,
    SeriesMoveIn,
    serialize_checks,
    serialize_problems,
    serialize_series,
)
from bookings.groups.selectors.hand_over import (
    find_obstacles,
    get_colleague,
    get_colleagues,
    get_hand_over_deadline,
    is_decided_again,
)
from bookings.groups.selectors.together import Wanted, check_together
from bookings.groups.services.extension import booking_extend
from bookings.groups.services.hand_over import booking_hand_over
from bookings.groups.services.series import series_cancel, series_move
from bookings.groups.services.together import series_book, together_book
from bookings.requests.api.parts import BookingId, change_booking, find_payer, find_project
from bookings.requests.schemas import BookingIn, BookingOut, serialize_booking
from bookings.requests.selectors.bookings import get_booking
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import require_interval
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.preconditions import WITH_ETAG_ONCE, IfMatch, call_if_matching
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation
from instrument_share.web.text.people import label_people
from providers import public as providers

router = Router(tags=["bookings"], auth=members(TokenScope.BOOK))
booking_router = Router(tags=["bookings"], auth=members(TokenScope.BOOK))


@booking_router.post(
    "/{booking_id}/extend",
    response={200: BookingOut, **error_responses(400, 403, 404, 409, 412)},
    operation_id="booking_extend",
    summary=gettext_noop("Extend a booking under way"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def extend(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: ExtendIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """With the checks of a move and a new quote for the whole; what was booked with it is extended too.

    Where a keeper decides about times, only the keeper extends.
    """
    return change_booking(request, response, booking_id, if_match, booking_extend, ends_at=data.ends_at)


@booking_router.get(
    "/{booking_id}/hand-over",
    response={200: HandOverOptionsOut, **error_responses(403, 404, 409)},
    operation_id="booking_hand_over_options",
    auth=members(TokenScope.READ),
    summary=gettext_noop("To whom a booking may be handed over"),
)
def hand_over_options(request: HttpRequest, booking_id: BookingId) -> HandOverOptionsOut:
    """The people of the organization that pays, until when, and what stands against it."""
    giver, now = person(request), clock.now()
    booking = get_booking(giver, booking_id)
    require(giver, "bookings.hand_over", booking)
    obstacles = find_obstacles(giver, booking, now)
    colleagues = list(get_colleagues(booking))
    named = [one.pk for one in colleagues]
    people_listed(actor=giver, what="hand_over.read", people=named, now=now)
    return HandOverOptionsOut(
        possible_until=get_hand_over_deadline(giver, booking, now),
        decided_again=is_decided_again(giver, booking),
        colleagues=[
            ColleagueOut(id=one.public_id, name=name)
            for one, name in zip(colleagues, label_people(colleagues), strict=True)
        ],
        problems=serialize_problems(obstacles),
    )


@booking_router.post(
    "/{booking_id}/hand-over",
    response={200: BookingOut, **error_responses(400, 403, 404, 409, 412)},
    operation_id="booking_hand_over",
    summary=gettext_noop("Hand a booking over to a colleague"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def hand_over(
    request: HttpRequest,
    response: HttpResponse,
    booking_id: BookingId,
    data: HandOverIn,
    if_match: IfMatch = None,
) -> BookingOut:
    """It is the colleague's from then on, with what was booked with it; time, price and payer stay. Where a
    keeper decides about people, an approved booking is `requested` again."""
    found = get_booking(request.user, booking_id)
    require(person(request), "bookings.hand_over", found)
    colleague_id = get_colleague(found, data.colleague).pk
    return change_booking(
        request, response, booking_id, if_match, booking_hand_over, colleague_id=colleague_id
    )


def _read(request: HttpRequest, data: BookingIn) -> Wanted:
    return Wanted(
        instrument=providers.instrument(request.user, data.instrument),
        interval=require_interval(data.starts_at, data.ends_at),
        service_mode=data.service_mode,
        payer=find_payer(request, data.payer_organization),
        subject=data.subject,
        samples=data.samples,
        project=data.project,
        organization_project=find_project(request, data.organization_project),
        direction=data.direction.value,
    )


def _read_series(request: HttpRequest, data: SeriesIn) -> Sequence[Wanted]:
    first = _read(request, data)
    return [first.at(one) for one in get_dates(first.interval, data.every_weeks, data.count)]


@router.post(
    "/series/check",
    response={200: ChecksOut, **error_responses(400, 403, 404, 410)},
    operation_id="series_check",
    auth=members(TokenScope.READ),
    summary=gettext_noop("Check the dates of a series"),
)
def check_series(request: HttpRequest, data: SeriesIn) -> ChecksOut:
    """Each date with its price, as if those before it were booked. Changes nothing."""
    require(person(request), "bookings.book")
    return serialize_checks(check_together(person(request), _read_series(request, data), clock.now()))


@router.post(
    "/series",
    response={201: GroupOut, **error_responses(400, 403, 404, 410)},
    operation_id="series_book",
    summary=gettext_noop("Book the dates of a series that can be booked"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def book_series(request: HttpRequest, data: SeriesIn) -> Status[GroupOut]:
    """In one group; the others are named with what is wrong with each. Refused where none can be booked."""
    made = series_book(actor=person(request), requests=_read_series(request, data), now=clock.now())
    return Status(201, serialize_series(made))


@router.post(
    "/basket/check",
    response={200: ChecksOut, **error_responses(400, 403, 404, 410)},
    operation_id="basket_check",
    auth=members(TokenScope.READ),
    summary=gettext_noop("Price several requests together"),
)
def check_basket(request: HttpRequest, data: BasketIn) -> ChecksOut:
    """Each request with its price and what is wrong with it. Changes nothing."""
    require(person(request), "bookings.book")
    requests = [_read(request, one) for one in data.items]
    return serialize_checks(check_together(person(request), requests, clock.now()))


@router.post(
    "/basket",
    response={201: BookingsOut, **error_responses(400, 403, 404, 410)},
    operation_id="basket_book",
    summary=gettext_noop("Book several requests together or none"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def book_basket(request: HttpRequest, data: BasketIn) -> Status[BookingsOut]:
    """One booking for each, in one group; refused with everything that is wrong with any of them."""
    requests = [_read(request, one) for one in data.items]
    made = together_book(actor=person(request), requests=requests, now=clock.now())
    return Status(201, BookingsOut(items=[serialize_booking(one) for one in made]))


@router.post(
    "/dates/{booking_id}/cancel",
    response={200: BookingsOut, **error_responses(400, 403, 404, 409, 412)},
    operation_id="series_cancel",
    summary=gettext_noop("Cancel several dates of a series"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def cancel_dates(
    request: HttpRequest, booking_id: BookingId, data: SeriesCancelIn, if_match: IfMatch = None
) -> BookingsOut:
    """This date with those after it, or all that lie ahead; each on the terms of its own deadline."""
    booking = get_booking(request.user, booking_id)
    ended = call_if_matching(
        if_match,
        series_cancel,
        request=request,
        booking_id=booking.pk,
        scope=data.scope,
        reason=data.reason,
    )
    return BookingsOut(items=[serialize_booking(one) for one in ended])


@router.post(
    "/dates/{booking_id}/move",
    response={200: BookingsOut, **error_responses(400, 403, 404, 409, 412)},
    operation_id="series_move",
    summary=gettext_noop("Move several dates of a series"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def move_dates(
    request: HttpRequest, booking_id: BookingId, data: SeriesMoveIn, if_match: IfMatch = None
) -> BookingsOut:
    """This date to the time given, the others by as much; all or none."""
    booking = get_booking(request.user, booking_id)
    moved = call_if_matching(
        if_match,
        series_move,
        request=request,
        booking_id=booking.pk,
        interval=require_interval(data.starts_at, data.ends_at),
        scope=data.scope,
    )
    return BookingsOut(items=[serialize_booking(one) for one in moved])
