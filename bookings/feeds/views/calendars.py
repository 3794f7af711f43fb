"""The files that calendar programs read, and one booking as such a file."""

from hashlib import sha256
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from bookings.feeds.domain.icalendar import build_calendar, build_file
from bookings.feeds.selectors.calendars import (
    build_booking_events,
    get_feed_at,
    get_feed_bookings,
    get_feed_events,
    get_feed_name,
)
from bookings.requests.selectors.bookings import get_booking
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.signed_in import SignedInRequest


@require_safe
def calendar_file(request: HttpRequest, public_id: str, secret: str) -> HttpResponseBase:
    """Return a feed in its person's language to whoever has its address; 304 where nothing has changed.

    The first that is sent in a day with other people's names leaves an entry.
    """
    feed, now = get_feed_at(public_id, secret), clock.now()
    shown = get_feed_bookings(feed, now)
    with translation.override(feed.user.language):
        content = build_calendar(get_feed_name(feed), get_feed_events(feed, shown))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = quote_etag(sha256(content).hexdigest())
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Disposition"] = f'inline; filename="{public_id}.ics"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
    if answer.status_code == HTTPStatus.OK:
        people_listed(actor=feed.user, what="calendar.read", people=[one.user_id for one in shown], now=now)
    return answer


@login_required
@require_safe
def booking_file(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Return one booking as a file to put into a calendar."""
    booking = get_booking(request.user, public_id)
    event = build_booking_events([booking], reader_id=request.user.pk)[0]
    response = HttpResponse(build_file(event), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.public_id}.ics"'
    return response
