"""Calendar data of one instrument."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from bookings.requests.forms.booking import get_applicant
from bookings.requests.selectors.calendar import get_calendar_events
from bookings.requests.views.common import get_shown_interval
from instrument_share.web import clock
from instrument_share.web.responses.shared_pages import share_among_visitors
from providers import public as providers


@require_safe
@share_among_visitors
def availability(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return an instrument's calendar as JSON: `?start=…&end=…` in RFC 3339, two months at most.

    Without a valid interval it is that of the coming week. `payer` and `service_mode`, as the booking form
    has them, narrow the times to what is granted for them.
    """
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    interval = get_shown_interval(request, now, now + timedelta(days=7))
    applicant = get_applicant(request.user, request.GET)
    return JsonResponse(get_calendar_events(request.user, [found], interval, now, applicant))
