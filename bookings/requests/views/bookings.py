"""Pages of a booking: details, next step, cancelling and moving."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rules import has_perm

from bookings.requests.domain import credit
from bookings.requests.domain.check_in import CHECK_IN_LEAD_MINUTES
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from bookings.requests.forms.cancelling import CancelForm
from bookings.requests.registry import get_further_acts, get_hand_over_deadline, get_misuse_deadline
from bookings.requests.selectors.admission import find_booking_problems, is_in_service, is_new_decision_needed
from bookings.requests.selectors.bookings import find_own_overlaps, get_booking
from bookings.requests.selectors.calendar import get_calendar_events
from bookings.requests.selectors.companions import (
    get_companions,
    get_credit_events_together,
    get_group,
    get_next_to_decide,
)
from bookings.requests.selectors.costs import (
    CancelCost,
    get_cancel_cost,
    get_move_conditions,
    get_move_price,
)
from bookings.requests.selectors.offers import Applicant
from bookings.requests.selectors.request_facts import counting_credit_events
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_agree
from bookings.requests.views.common import (
    SHOW_PRICE,
    describe_cancelled,
    describe_cancelled_too,
    describe_cancelling_for,
    describe_prices,
    get_booking_address,
    get_booking_for,
    get_desk,
    get_possible_actions,
    get_return_address,
    get_shown_interval,
    get_use_to_end_first,
)
from bookings.requests.views.next_steps import describe_next_step
from instrument_share.journal import selectors as journal
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.fields import IntervalForm
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import moment, timerange, yuan
from providers import public as providers
from providers.domain import BookingGap, ServiceMode

if TYPE_CHECKING:
    from datetime import datetime

    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User
    from providers.models import Instrument


@login_required
@require_safe
def booking(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a booking."""
    now = clock.now()
    found = get_booking(request.user, public_id)
    is_mine = found.user_id == request.user.pk
    may = get_possible_actions(request.user, found, now) | get_further_acts(request.user, found, now)
    context = {
        "booking": found,
        "log": getattr(found, "usage_log", None),
        "may": may,
        "to_end_first": get_use_to_end_first(request.user, found, now),
        "may_book_again": is_mine and not found.planned_by_unit and _is_open(found.instrument, now),
        "credit_count": counting_credit_events(found.user_id, now).count() if "approve" in may else 0,
        "is_mine": is_mine,
        "hand_over_until": get_hand_over_deadline(request.user, found, now)
        if has_perm("bookings.hand_over", request.user, found)
        else None,
        "misuse_until": get_misuse_deadline(found) if "record_misuse" in may else None,
        "here": get_desk(request.user, found),
        "shows_code": is_mine
        and found.state in {BookingState.APPROVED, BookingState.IN_USE}
        and not found.planned_by_unit,
        "is_charged_by_use": found.state in {*HOLDING_STATES, BookingState.COMPLETED},
        "check_in_minutes": CHECK_IN_LEAD_MINUTES,
        "next_step": describe_next_step(found, request.user, now),
        "credit_events": get_credit_events_together(found).filter(user=request.user) if is_mine else (),
        "group": get_group(request.user, found),
        "history": journal.history(found),
    }
    return render(request, "bookings/requests/booking.html", context)


def _is_open(instrument: "Instrument", now: "datetime") -> bool:
    """Return whether the instrument can be booked at all, with what is booked together with it."""
    gaps = providers.booking_gaps([instrument.pk], now)[instrument.pk]
    return is_in_service(instrument) and {*gaps} <= {BookingGap.KEEPER}


@login_required
@require_POST
@idempotent_form
def agree(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Agree to the time to which the unit moved a booking."""
    found = get_booking(request.user, public_id)
    revision = parse_number(request.POST.get("revision", ""))
    booking_agree(actor=request.user, booking_id=found.pk, now=clock.now(), revision=revision)
    return redirect_with_message(
        request, _("Agreed. The keeper has been told."), get_booking_address(public_id)
    )


@confirmation_view
def cancel(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm a cancellation and its cost; a unit that cancels gives the reason."""
    now = clock.now()
    found = get_booking_for(request.user, public_id, "cancel")
    is_mine = found.user_id == request.user.pk
    cost = get_cancel_cost(request.user, found, now)
    form = CancelForm(
        request.POST if request.method == "POST" else None,
        bookings=[found],
        late=int(cost.late),
        required=not is_mine,
    )
    return Confirmation(
        heading=_("Cancel this booking?"),
        consequences=_consequences(request, found, cost),
        action=_("Cancel the booking"),
        perform=lambda: booking_cancel(
            actor=request.user,
            booking_id=found.pk,
            now=now,
            reason=form.cleaned_data["reason"],
            revision=found.revision,
        ),
        success=lambda: describe_cancelled(request.user, [get_booking(request.user, public_id)]),
        back_address=get_booking_address(public_id),
        next_address=get_return_address(request, get_booking_address(public_id)),
        form=form,
        tone="danger",
        extra_context={"here": get_desk(request.user, found)},
    )


def _consequences(request: SignedInRequest, booking: "Booking", cost: CancelCost) -> list[str]:
    time = timerange(Interval(booking.starts_at, booking.ends_at))
    lines = [_("{time} is given back; others can book it at once.").format(time=time)]
    lines += describe_cancelled_too(get_companions(booking))
    if booking.user_id != request.user.pk:
        lines.append(describe_cancelling_for(booking.user))
    elif cost.late:
        lines.append(
            _(
                "The deadline was {deadline}: up to {amount} is charged, for the part that nobody takes."
            ).format(deadline=moment(cost.free_until), amount=yuan(cost.charge_yuan))
        )
        lines.append(
            _(
                "A late cancellation counts against your credit for {days} days; {number} that "
                "count at once suspend booking."
            ).format(days=credit.EVENT_LIFETIME.days, number=credit.SUSPENSION_THRESHOLD)
        )
    else:
        lines.append(_("It costs nothing. The keeper is told."))
    return lines


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def move(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Move a booking to another time, or show the price and the problems of the time entered so far."""
    now = clock.now()
    found = get_booking_for(request.user, public_id, "move")
    is_sent = request.method == "POST" and SHOW_PRICE not in request.POST
    form = IntervalForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_at": found.starts_at, "ends_at": found.ends_at},
    )
    if is_sent:
        afterwards = run_service(
            form,
            lambda: booking_move(
                actor=request.user,
                booking_id=found.pk,
                interval=form.interval,
                now=now,
                revision=parse_number(request.POST.get("seen", "")),
                shown=request.POST.get("shown"),
            ),
        )
        if afterwards is not None:
            return redirect_with_message(
                request, _moved(afterwards, form.interval), get_booking_address(public_id)
            )
    context = {
        "booking": found,
        "here": get_desk(request.user, found),
        "form": form,
        "is_refused": is_sent,
        "day": found.starts_at.astimezone(CITY_TIME).date(),
    }
    if request.method == "POST":
        context |= _get_move_quote(request, found, IntervalForm(request.POST), now)
    else:
        context |= _describe_move(request, found, Interval(found.starts_at, found.ends_at), now)
    return render(request, "bookings/requests/move.html", context, status=422 if is_sent else 200)


def _is_decided_again(viewer: "User", booking: "Booking", starts_at: "datetime") -> bool:
    """Return whether a keeper decides again once the viewer has moved it, with its companions, there."""
    return any(
        is_new_decision_needed(viewer, one, providers.terms_at(one.instrument_id, starts_at))
        for one in (booking, *get_companions(booking))
    )


def _moved(booking: "Booking", interval: Interval) -> str:
    if undecided := get_next_to_decide(booking):
        return _("Moved to {time}. The keeper decides by {deadline}; until then it is held.").format(
            time=timerange(interval), deadline=moment(undecided.decide_by)
        )
    return _("Moved to {time}. Everybody concerned is told.").format(time=timerange(interval))


@login_required
@require_safe
def move_quote(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the new price and all problems while a time is being chosen (htmx)."""
    found = get_booking_for(request.user, public_id, "move")
    context = {"booking": found, **_get_move_quote(request, found, IntervalForm(request.GET), clock.now())}
    return render(request, "bookings/requests/parts/move_quote.html", context)


def _get_move_quote(
    request: SignedInRequest, booking: "Booking", form: IntervalForm, now: "datetime"
) -> dict[str, Any]:
    """Return the price and all problems of a new time; of one that is no interval, what is wrong with it."""
    if not form.is_valid():
        typed = [str(error) for name in form.errors if form.data.get(name) for error in form.errors[name]]
        return {"problems": [{"detail": text} for text in typed]}
    return _describe_move(request, booking, form.interval, now)


def _describe_move(
    request: SignedInRequest, booking: "Booking", interval: Interval, now: "datetime"
) -> dict[str, Any]:
    """Return the price and all problems of a time; `is_as_before` where time and price stay the same."""
    asked: dict[str, Any] = {
        "interval": interval,
        "service_mode": ServiceMode(booking.service_mode),
        "payer_organization": booking.payer_organization,
        "samples": booking.samples,
    }
    problems = find_booking_problems(
        request.user, booking.instrument, subject=booking.subject, moved_booking=booking, now=now, **asked
    )
    companions = get_companions(booking)
    companion_ids = [one.instrument_id for one in companions]
    try:
        price = get_move_price(booking, companions, interval)
    except BookingRefused:  # no rule is in force then, as the problems say
        return {"problems": problems_told(problems)}
    is_mine = booking.user_id == request.user.pk
    prices = price.get_prices(booking)
    conditions = get_move_conditions(request.user, [(booking, prices, interval)], now)[0]
    return {
        "interval": interval,
        "cancel_yuan": conditions.cancel_yuan,
        "shown": conditions.to_text(),
        **describe_prices(price.quote, price.linked),
        "before_yuan": price.before_yuan,
        "problems": problems_told(problems),
        "own_overlaps": is_mine
        and find_own_overlaps(
            request.user,
            interval,
            instrument_ids=[booking.instrument_id, *companion_ids],
            problems=problems,
        ),
        "is_as_before": interval == Interval(booking.starts_at, booking.ends_at)
        and not price.difference_yuan,
        "asks_again": _is_decided_again(request.user, booking, interval.start),
    }


@login_required
@require_safe
def move_times(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Return the instrument's calendar as JSON, without this booking."""
    found = get_booking_for(request.user, public_id, "move")
    interval = get_shown_interval(request, found.starts_at, found.ends_at)
    applicant = Applicant(
        user=found.user,
        payer=found.payer_organization,
        service_mode=ServiceMode(found.service_mode),
        moved_booking=found,
        moves_own=found.user_id == request.user.pk,
    )
    shown = get_calendar_events(request.user, [found.instrument], interval, clock.now(), applicant)
    shown["events"] = [event for event in shown["events"] if event["id"] != found.public_id]
    return JsonResponse(shown)
