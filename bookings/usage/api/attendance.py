"""Check-in and check-out of bookings: each operation is one call of a service."""

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from bookings.requests.api.parts import BookingId, change_booking
from bookings.requests.schemas import BookingOut
from bookings.requests.selectors import bookings as bookings_selectors
from bookings.usage.api.parts import serialize_current_usage
from bookings.usage.schemas import CheckOutIn, UsageOut
from bookings.usage.selectors.usage import read_log
from bookings.usage.services import attendance as attendance_services
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.api.auth import members
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.preconditions import WITH_ETAG_ONCE, IfMatch, call_if_matching
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation

router = Router(tags=["bookings"], auth=members(TokenScope.USAGE))


@router.post(
    "/{booking_id}/check-in",
    response={200: BookingOut, **error_responses(403, 404, 409, 412)},
    operation_id="booking_check_in",
    summary=gettext_noop("Check a user in"),
    openapi_extra=WITH_ETAG_ONCE,
)
@idempotent_operation
def booking_check_in(
    request: HttpRequest, response: HttpResponse, booking_id: BookingId, if_match: IfMatch = None
) -> BookingOut:
    """From 15 minutes before the start, when nobody else is at it."""
    return change_booking(request, response, booking_id, if_match, attendance_services.booking_check_in)


@router.post(
    "/{booking_id}/check-out",
    response={201: UsageOut, **error_responses(400, 403, 404, 409, 412)},
    operation_id="booking_check_out",
    summary=gettext_noop("Check a user out and log the use"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def booking_check_out(
    request: HttpRequest, booking_id: BookingId, data: CheckOutIn, if_match: IfMatch = None
) -> Status[UsageOut]:
    """The log waits for the user's confirmation. What was booked beyond is free at once."""
    found = bookings_selectors.get_booking(request.user, booking_id)
    log = call_if_matching(
        if_match,
        attendance_services.booking_check_out,
        request=request,
        booking_id=found.pk,
        **data.model_dump(),
    )
    return Status(201, serialize_current_usage(read_log(log.pk)))
