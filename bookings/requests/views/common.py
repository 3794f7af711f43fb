"""Shared parts of the pages: return addresses, permitted actions and instruments."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from bookings.requests.domain.check_in import get_check_in_opening
from bookings.requests.domain.decision import is_decided_too_late
from bookings.requests.domain.pricing import Quote
from bookings.requests.domain.states import CANCELLABLE_STATES, MOVES, BookingState, require_cancellable
from bookings.requests.selectors.admission import find_out_of_service, find_requester_problems, is_in_service
from bookings.requests.selectors.bookings import find_running_use, get_booking, is_handed_over_since_move
from bookings.requests.selectors.companions import find_overdue, get_companions, get_group
from bookings.requests.selectors.costs import get_move_deadline
from bookings.requests.selectors.project_budget import find_unusable_project
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.states import require_transition
from instrument_share.web.desks import Place, desks, navigation
from instrument_share.web.forms.params import parse_interval
from instrument_share.web.text.formats import bilingual, in_english, name_columns, yuan
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog
    from instrument_share.accounts.models import User
    from providers.models import Instrument

SHOW_PRICE = "show_price"
"""The button of a browser without JavaScript that asks for the price before anything is sent."""
ACTION_PERMISSIONS = {
    "approve": "bookings.decide",
    "reject": "bookings.decide",
    "check_in": "bookings.attend",
    "check_out": "bookings.attend",
    "cancel": "bookings.cancel",
    "move": "bookings.cancel",
}


def get_booking_for(viewer: "User", public_id: str, action: str) -> "Booking":
    """Return the booking if the viewer may take the action, and its state allows it. Raises NotFound."""
    booking = get_permitted_booking(viewer, public_id, action)
    if action == "move":
        require_cancellable(booking.state, action)
    else:
        require_transition(MOVES, booking.state, action)
    return booking


def get_permitted_booking(viewer: "User", public_id: str, action: str) -> "Booking":
    """Return the booking if the viewer may take the action, whatever its state is meanwhile.

    For what was typed and sent: the service refuses it, so that the form comes back with it.
    """
    booking = get_booking(viewer, public_id)
    require(viewer, ACTION_PERMISSIONS[action], booking)
    return booking


def get_return_address(request: HttpRequest, default: str) -> str:
    """Return the page of this site named by `next`, or the default."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if is_ours else default


def get_shown_interval(request: HttpRequest, starts_at: datetime, ends_at: datetime) -> Interval:
    """Return the interval of the address (`?start=…&end=…` in RFC 3339), or the default if it is invalid."""
    named = parse_interval(request.GET.get("start", ""), request.GET.get("end", ""))
    return named or Interval(starts_at, ends_at)


def get_booking_address(public_id: str) -> str:
    """Return the address of the booking's page."""
    return reverse("booking", args=[public_id])


def get_desk(viewer: "User", subject: "Booking | UsageLog") -> Place:
    """Return the viewer's desk for a booking or log: "my bookings" if it is theirs, else their first desk."""
    return navigation().own if subject.user_id == viewer.pk else desks(viewer)[0]


def get_possible_actions(viewer: "User", booking: "Booking", now: datetime) -> set[str]:
    """Return the actions that the viewer may take on the booking now."""
    moves = set(MOVES.get(BookingState(booking.state), {}))
    if "cancel" in moves:
        moves.add("move")
    possible = {
        move
        for move in moves & ACTION_PERMISSIONS.keys()
        if rules.has_perm(ACTION_PERMISSIONS[move], viewer, booking)
    }
    if not is_in_service(booking.instrument):
        possible.discard("approve")
    if booking.state == BookingState.REQUESTED and is_decided_too_late(booking.decide_by, now):
        possible -= {"approve", "reject"}
    if now < get_check_in_opening(booking.starts_at) or get_use_to_end_first(viewer, booking, now):
        possible.discard("check_in")
    if "move" in possible and _is_kept_from_moving(viewer, booking, now):
        possible.remove("move")
    if _may_agree(viewer, booking, now):
        possible.add("agree")
    return possible


def _is_kept_from_moving(viewer: "User", booking: "Booking", now: datetime) -> bool:
    together = [booking, *get_companions(booking)]
    if find_out_of_service(together) or find_unusable_project(booking):
        return True
    if viewer.pk != booking.user_id and find_overdue(together, now):
        return True
    deadline = get_move_deadline(viewer, booking)
    return bool(find_requester_problems(booking, now)) or (deadline is not None and now > deadline)


def describe_cancelled_too(companions: "Collection[Booking]") -> list[str]:
    """Return the sentence that names what is cancelled with bookings; none where nothing is.

    An instrument that goes with several dates of a series is named once.
    """
    if not companions:
        return []
    names = dict.fromkeys(bilingual(one.instrument, "name") for one in companions)
    told = (", " if in_english() else "、").join(names)
    return [_("What was booked with it is cancelled too: {instruments}.").format(instruments=told)]


def describe_cancelling_for(user: "User") -> str:
    """Return what cancelling somebody else's booking means for them."""
    return _("{user} is told at once, with your reason; it costs them nothing.").format(user=user.name)


def _may_agree(viewer: "User", booking: "Booking", now: datetime) -> bool:
    """Return whether the viewer may agree to the time to which the unit moved the booking.

    A request, or one that moved with it, is approved by it, so that it has to be one that can be approved,
    and one for which the unit chose the time for the viewer.
    """
    is_asked = booking.moved_by_unit_at is not None and booking.state in CANCELLABLE_STATES
    if not (is_asked and rules.has_perm("bookings.agree", viewer, booking)):
        return False
    requested = [one for one in (booking, *get_companions(booking)) if one.state == BookingState.REQUESTED]
    return all(
        is_in_service(one.instrument)
        and not is_decided_too_late(one.decide_by, now)
        and not is_handed_over_since_move(one)
        for one in requested
    )


def get_use_to_end_first(viewer: "User", booking: "Booking", now: datetime) -> "Booking | None":
    """Return the use under way that keeps the viewer from checking this booking in; None if nothing does."""
    is_due = booking.state == BookingState.APPROVED and now >= get_check_in_opening(booking.starts_at)
    if not (is_due and rules.has_perm(ACTION_PERMISSIONS["check_in"], viewer, booking)):
        return None
    return find_running_use(booking.instrument_id)


def require_keeper(viewer: "User") -> None:
    """Raise Forbidden unless the person has the role of keeper."""
    if not standing(viewer).holds(Role.KEEPER):
        raise Forbidden


def responsible_instruments(viewer: "User") -> "QuerySet[Instrument]":
    """Return the instruments that the person manages for a unit, or keeps. Raises Forbidden."""
    if not standing(viewer).holds(Role.UNIT_MANAGER):
        require_keeper(viewer)
    managed = Q(organization_id__in=standing(viewer).organization_ids(Role.UNIT_MANAGER))
    kept = Q(pk__in=providers.kept_instruments(viewer).order_by().values("pk"))
    return providers.instruments(viewer).filter(managed | kept).order_by(*name_columns(), "id")


def describe_prices(quote: Quote, linked: "Sequence[tuple[Instrument, Quote]]") -> dict[str, Any]:
    """Return the price of an instrument, of those booked with it, and of all, for `parts/prices.html`."""
    return {
        "quote": quote,
        "linked": linked,
        "total_yuan": sum((one.total for _, one in linked), quote.total),
    }


def describe_cancelled(viewer: "User", cancelled: "Sequence[Booking]") -> str:
    """Return what cancelling these bookings, with what was booked with each, may cost, as a sentence."""
    together = [*cancelled, *(mate for one in cancelled for mate, _visible in get_group(viewer, one))]
    late = [one for one in together if one.late_cancel]
    if late:
        return _("Cancelled late: {amount} may be charged, less if somebody takes the time.").format(
            amount=yuan(sum((one.charged_yuan or Decimal(0) for one in late), Decimal(0)))
        )
    return _("Cancelled without charge. The time is free for others at once.")
