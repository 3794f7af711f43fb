"""Calendar data of one instrument."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from bookings.requests.selectors.calendar import get_calendar_events
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_interval
from providers import public as providers


@require_safe
def availability(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return an instrument's calendar as JSON: `?start=…&end=…` in RFC 3339, two months at most."""
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    interval = _interval(request, now)
    return JsonResponse(get_calendar_events(request.user, found, interval, now))


def _interval(request: HttpRequest, now: datetime) -> Interval:
    """Return the requested interval, or the coming week if it is missing or invalid."""
    asked = parse_interval(request.GET.get("start", ""), request.GET.get("end", ""))
    return asked or Interval(now, now + timedelta(days=7))
