"""Series: look at every date, book those that can be, move or cancel several."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.groups.domain import Scope
from bookings.groups.forms import SeriesCancelForm, SeriesForm, SeriesMoveForm
from bookings.groups.selectors.groups import get_dates_ahead, require_series
from bookings.groups.selectors.moving import get_moved_dates, sum_prices
from bookings.groups.selectors.together import Checked, Wanted, check_together
from bookings.groups.services.series import series_cancel, series_move
from bookings.groups.services.together import SeriesBooked, series_book
from bookings.requests.domain.errors import SlotTaken
from bookings.requests.domain.states import BookingState
from bookings.requests.forms.booking import get_start
from bookings.requests.selectors.companions import get_companions_of_each
from bookings.requests.selectors.costs import CancelCost, get_cancel_cost
from bookings.requests.views.common import (
    describe_cancelled,
    describe_cancelled_too,
    describe_cancelling_for,
    get_booking_address,
    get_booking_for,
    get_desk,
)
from bookings.requests.views.request import get_form_terms, get_named_values
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bracketed, join_sentences, timerange, yuan
from providers import public as providers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookings.requests.models import Booking
    from instrument_share.kernel.errors import Problem

BOOK = "book"
"""The button that books; any other one looks at the dates."""
MOVE = "move"
"""The button that moves; any other one looks at the prices."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def book_series(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show every date of a series with its price and what is wrong with it, and book those chosen."""
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    named = get_named_values(request, instrument)
    terms = get_form_terms(instrument, get_start(request.POST or named) or now)
    is_sent = BOOK in request.POST
    data = request.POST if request.method == "POST" else None
    form = SeriesForm(data, viewer=request.user, terms=terms, is_sent=is_sent, initial=named)
    requests = form.get_requests(instrument) if form.is_valid() else []
    chosen = set(request.POST.getlist("date"))
    if is_sent and requests:
        shown = _read_shown(request)
        wanted = [replace(one, shown=shown.get(_key(one))) for one in requests if _key(one) in chosen]
        if len(wanted) < max(len(chosen), 1):
            form.add_error(None, _("Choose the dates to book. If the time was changed, check them again."))
        made = run_service(form, lambda: series_book(actor=request.user, requests=wanted, now=now))
        if made is not None:
            address = reverse("booking_group", args=[made.group.public_id])
            return redirect_with_message(request, _what_was_booked(made), address)
    checked = check_together(request.user, [one.with_subject("—") for one in requests], now)
    fitting = [one for one in checked if not one.problems]
    context: dict[str, Any] = {
        "instrument": instrument,
        "terms": terms,
        "form": form,
        "rows": [_build_row(one, chosen if is_sent else None) for one in checked],
        "fitting": len(fitting),
        "total_yuan": sum((one.total_yuan for one in fitting), Decimal(0)),
    }
    return render(request, "bookings/groups/series.html", context, status=422 if is_sent else 200)


def _key(wanted: Wanted) -> str:
    return wanted.interval.start.isoformat()


def _read_shown(request: SignedInRequest) -> dict[str, str]:
    """Return the conditions that the page has shown of each date, by what the page calls the date."""
    pairs = (row.partition(" ") for row in request.POST.getlist("shown"))
    return {key: conditions for key, _space, conditions in pairs}


def _build_row(checked: Checked, chosen: set[str] | None) -> dict[str, Any]:
    key = _key(checked.wanted)
    return {
        "key": key,
        "checked": checked,
        "interval": checked.wanted.interval,
        "problems": problems_told(checked.problems),
        "is_chosen": chosen is None or key in chosen,
    }


def _what_was_booked(made: SeriesBooked) -> str:
    companions = get_companions_of_each(made.booked)
    together = [(one, *companions[one.pk]) for one in made.booked]
    requested = sum(any(each.state == BookingState.REQUESTED for each in one) for one in together)
    booked = len(made.booked) - requested
    parts = []
    if booked:
        parts.append(ngettext("{count} date booked.", "{count} dates booked.", booked).format(count=booked))
    if requested:
        words = ngettext(
            "{count} date requested. You are told when the keeper has decided.",
            "{count} dates requested. You are told when the keeper has decided.",
            requested,
        )
        parts.append(words.format(count=requested))
    sentence = join_sentences(parts)
    if not made.refused:
        return sentence
    dates = " ".join(
        timerange(wanted.interval) + bracketed(_tell_why(problems)) for wanted, problems in made.refused
    )
    return join_sentences([sentence, _("Not booked: {dates}").format(dates=dates)])


def _tell_why(problems: "Sequence[Problem]") -> str:
    """Return what was wrong with a date; the database, which refuses what is taken, names no problem."""
    return join_sentences(one.detail for one in problems_told(problems)) or _(SlotTaken.message)


@confirmation_view
def cancel_series(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm which dates of a series are cancelled, with what each of them costs."""
    now = clock.now()
    booking = get_booking_for(request.user, public_id, "cancel")
    dates = get_dates_ahead(booking, Scope.ALL)
    is_mine = booking.user_id == request.user.pk
    costs = [(one, get_cancel_cost(request.user, one, now)) for one in dates]
    together = [mate for of_one in get_companions_of_each(dates).values() for mate in of_one]
    form = SeriesCancelForm(
        request.POST if request.method == "POST" else None,
        bookings=dates,
        late=sum(cost.late for _one, cost in costs),
        required=not is_mine,
    )
    cancelled: list[Booking] = []
    return Confirmation(
        heading=_("Cancel several dates of this series?"),
        consequences=[
            _("This date: {time}").format(time=timerange(_get_interval(booking))),
            *(_tell_cost(one, cost) for one, cost in costs),
            *describe_cancelled_too(together),
            *(() if is_mine else (describe_cancelling_for(booking.user),)),
        ],
        action=_("Cancel these dates"),
        perform=lambda: cancelled.extend(
            series_cancel(
                actor=request.user,
                booking_id=booking.pk,
                scope=Scope(form.cleaned_data["scope"]),
                reason=form.cleaned_data["reason"],
                now=now,
                revision=booking.revision,
            )
        ),
        success=lambda: describe_cancelled(request.user, cancelled),
        back_address=get_booking_address(public_id),
        next_address=reverse("booking_group", args=[booking.group.public_id]),
        form=form,
        tone="danger",
        extra_context={"here": get_desk(request.user, booking)},
    )


def _tell_cost(booking: "Booking", cost: CancelCost) -> str:
    time = timerange(_get_interval(booking))
    if cost.late:
        return _("{time}: late, up to {amount} is charged, and it counts on your credit").format(
            time=time, amount=yuan(cost.charge_yuan)
        )
    return _("{time}: without charge").format(time=time)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def move_series(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show what each date of a series costs at its new time, and move them, all or none."""
    booking = get_booking_for(request.user, public_id, "move")
    require_series(booking)
    is_sent = MOVE in request.POST
    form = SeriesMoveForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_at": booking.starts_at, "ends_at": booking.ends_at},
    )
    asked: dict[str, Any] = {}
    if form.is_valid():
        asked = {"interval": form.interval, "scope": Scope(form.cleaned_data["scope"])}
    now = clock.now()
    dates = get_moved_dates(request.user, booking, now=now, **asked) if asked else []
    if is_sent and asked:
        call = partial(
            series_move,
            actor=request.user,
            booking_id=booking.pk,
            now=now,
            revision=parse_number(request.POST.get("seen", "")),
            shown=_read_shown(request) or None,
            **asked,
        )
        if run_service(form, call) is not None:
            address = reverse("booking_group", args=[booking.group.public_id])
            return redirect_with_message(request, _("Moved. Everybody concerned is told."), address)
    before, after = sum_prices(dates)
    context = {
        "booking": booking,
        "here": get_desk(request.user, booking),
        "form": form,
        "dates": [(one, problems_told(one.problems)) for one in dates],
        "may_move": not any(one.problems for one in dates),
        "before_yuan": before,
        "after_yuan": after,
        "difference_yuan": after - before,
    }
    return render(request, "bookings/groups/series_move.html", context, status=422 if form.errors else 200)


def _get_interval(booking: "Booking") -> Interval:
    return Interval(booking.starts_at, booking.ends_at)
