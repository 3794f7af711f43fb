"""Calendar data of one instrument."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from bookings.requests.forms.booking import get_applicant
from bookings.requests.selectors.calendar import (
    get_calendar_events,
    get_calendar_stamp,
    read_calendar,
)
from bookings.requests.views.common import get_shown_interval
from instrument_share.web import clock
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share_among_visitors
from providers import public as providers


@require_safe
@read_from_replica
@share_among_visitors
def availability(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return an instrument's calendar as JSON: `?start=…&end=…` in RFC 3339, two months at most.

    Without a valid interval it is that of the coming week. `payer` and `service_mode`, as the booking form
    has them, narrow the times to what is granted for them. Visitors are answered 304 while nothing changes.
    """
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    interval = get_shown_interval(request, now, now + timedelta(days=7))
    applicant = get_applicant(request.user, request.GET)
    free = read_calendar([found], interval, now, applicant)
    etag = None
    if request.user.is_anonymous:
        etag = quote_etag(get_calendar_stamp([found], free, interval, get_language() or ""))
        if unchanged := get_conditional_response(request, etag=etag):
            return unchanged
    response = JsonResponse(get_calendar_events(request.user, [found], interval, now, applicant, free=free))
    if etag is not None:
        response["ETag"], response["Cache-Control"] = etag, "no-cache"
    return response
