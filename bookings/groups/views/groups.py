"""What was booked together, and handing a booking over."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from rules import has_perm

from bookings.groups.domain import CHANGED_SINCE_READ, HandOverRefused
from bookings.groups.forms import HandOverForm
from bookings.groups.selectors.groups import get_group
from bookings.groups.selectors.hand_over import (
    find_obstacles,
    get_colleagues,
    get_hand_over_deadline,
    is_decided_again,
)
from bookings.groups.services.hand_over import booking_hand_over
from bookings.requests.domain.choices import BookingGroupKind
from bookings.requests.domain.errors import BookingChanged
from bookings.requests.domain.states import CANCELLABLE_STATES, HOLDING_STATES
from bookings.requests.selectors.bookings import get_booking
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.views.common import get_booking_address, get_desk
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.desks import navigation
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import moment

if TYPE_CHECKING:
    from bookings.requests.models import Booking

HEADINGS = {
    BookingGroupKind.SINGLE: lambda: pgettext("bookings", "Booked together"),
    BookingGroupKind.SERIES: lambda: _("Series"),
    BookingGroupKind.BASKET: lambda: pgettext("bookings", "Booked together"),
}


@login_required
@require_safe
def booking_group(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the bookings of a series or a basket with their states."""
    group, rows = get_group(request.user, public_id)
    held = [one for one in rows if one.state in HOLDING_STATES]
    # One booking of each person and instrument decides: for the others the permission is the same.
    ahead = {(one.user_id, one.instrument_id): one for one in rows if one.state in CANCELLABLE_STATES}
    context = {
        "group": group,
        "heading": HEADINGS[BookingGroupKind(group.kind)](),
        "rows": rows,
        "is_series": group.kind == BookingGroupKind.SERIES,
        "held": len(held),
        "may_change": any(has_perm("bookings.cancel", request.user, one) for one in ahead.values()),
        "total_yuan": sum((one.quoted_yuan for one in held), Decimal(0)),
        "here": get_desk(request.user, rows[0]),
    }
    return render(request, "bookings/groups/group.html", context)


@confirmation_view
def hand_over(request: SignedInRequest, public_id: str) -> Confirmation:
    """Choose the colleague who comes instead, and hand over the booking as its page shows it (`revision`).

    Where it has changed since, this page says how it is now, and hands it over as said here.
    """
    booking = get_booking(request.user, public_id)
    require(request.user, "bookings.hand_over", booking)
    now = clock.now()
    if problems := find_obstacles(request.user, booking, now):
        raise HandOverRefused(problems=problems)
    form = HandOverForm(
        request.POST if request.method == "POST" else None, colleagues=list(get_colleagues(booking))
    )
    asks_again = is_decided_again(request.user, booking)
    deadline = get_hand_over_deadline(request.user, booking, now)
    late = _("It can no longer be cancelled free of charge; your colleague is told.")
    is_late = get_cancel_cost(request.user, booking, now).late
    seen = parse_number(request.GET.get("revision", ""))
    changed = _describe_change(booking)

    def give() -> None:
        try:
            booking_hand_over(
                actor=request.user,
                booking_id=booking.pk,
                colleague_id=form.get_colleague_id(),
                now=now,
                revision=seen,
            )
        except BookingChanged as error:
            raise HandOverRefused(problems=[changed]) from error

    is_opened_late = request.method != "POST" and seen not in {None, booking.revision}
    return Confirmation(
        heading=_("Hand this booking over?"),
        consequences=[
            *([one.detail for one in problems_told([changed])] if is_opened_late else []),
            _("Time, price and payer stay. Your colleague and the keeper are told."),
            _("It is your colleague's from then on: you can't cancel, move or take it back yourself."),
            *([_("The keeper decides again, since another person comes.")] if asks_again else []),
            *([late] if is_late else []),
            _("Possible until {time}.").format(time=moment(deadline)),
        ],
        action=_("Hand over the booking"),
        perform=give,
        success=_("Handed over. Your colleague has been told."),
        back_address=get_booking_address(public_id),
        next_address=navigation().own.address,
        action_address=f"{request.path}?revision={booking.revision}",
        form=form,
        extra_context={"here": get_desk(request.user, booking)},
    )


def _describe_change(booking: "Booking") -> Problem:
    """Return how a booking is now, for who has read it as it was before."""
    facts = {
        "time": Interval(booking.starts_at, booking.ends_at),
        "state": f"booking.{booking.state}",
        "amount": f"{booking.quoted_yuan:,.2f}",
    }
    return Problem(BookingChanged.code, CHANGED_SINCE_READ, facts)
