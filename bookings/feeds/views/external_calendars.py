"""External calendars that close instruments: the list with a form for another, and disconnecting one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.feeds.domain.busy_times import MOST_CALENDARS
from bookings.feeds.forms import ExternalCalendarForm
from bookings.feeds.selectors import external_calendars as selectors
from bookings.feeds.services import external_calendars as services
from bookings.requests.views.common import responsible_instruments
from instrument_share.kernel.errors import DomainError, require_found
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def external_calendars(request: SignedInRequest) -> HttpResponse:
    """List the calendars of the viewer's instruments and connect another."""
    now = clock.now()
    instruments = responsible_instruments(request.user)
    full_ids = selectors.find_full_instrument_ids(instruments)
    full = [one for one in instruments if one.pk in full_ids]
    # What is sent may connect one again under another name, which needs no room.
    offered = [one for one in instruments if request.method == "POST" or one not in full]
    form = ExternalCalendarForm(
        request.POST if request.method == "POST" else None,
        instruments=offered,
        initial={"instrument": request.GET.get("instrument", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.external_calendar_connect(
                actor=request.user,
                instrument_id=form.chosen.pk,
                address=form.cleaned_data["address"],
                now=now,
            )
        except DomainError as error:
            add_problems(form, error)
        else:
            sentence = _("The calendar is connected and is being read; its closures appear in a moment.")
            return redirect_with_message(request, sentence, reverse("external_calendars"))
    context = {
        "calendars": selectors.external_calendars(instruments, now),
        "full": full,
        "offers": bool(offered),
        "most": MOST_CALENDARS,
        "form": form,
    }
    return render(
        request, "bookings/feeds/external_calendars.html", context, status=422 if form.errors else 200
    )


@confirmation_view
def disconnect(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm disconnecting a calendar."""
    now = clock.now()
    found = selectors.external_calendars(responsible_instruments(request.user), now)
    calendar = require_found(found.filter(public_id=public_id).first())
    name = bilingual(calendar.instrument, "name")
    return Confirmation(
        heading=_("Disconnect “{name}” from this calendar?").format(name=name),
        consequences=[
            calendar.address,
            _("The closures that were made from it are lifted; their times can be booked again."),
        ],
        action=_("Disconnect"),
        perform=lambda: services.external_calendar_disconnect(
            actor=request.user, calendar_id=calendar.pk, now=now
        ),
        success=_("The calendar is disconnected."),
        back_address=reverse("external_calendars"),
        tone="danger",
    )
