"""Whether a booking under way, with those made together with it, may end later, and when."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules

from bookings.requests.domain.offers import find_offers
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import find_problems_at, is_decided_by_others, sum_prices
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.selectors.request_facts import read_request_facts
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MINUTE = timedelta(minutes=1)
DECIDED_BY_KEEPER = gettext_noop("A keeper decides about each time here. Ask them to extend the booking.")
NOT_LATER = gettext_noop("The new end has to be later than {earliest}. Choose a later one.")


@dataclass(frozen=True)
class LaterEnd:
    """An end that would be granted, and the price until then of all that is extended together."""

    ends_at: datetime
    price_yuan: Decimal


def find_extension_problems(
    viewer: "User", booking: Booking, ends_at: datetime, now: datetime
) -> list[Problem]:
    """Return everything that keeps a booking under way from ending at this later time.

    The checks are those of a move, without the lead and the deadline before the start. What they say of the
    time is said of its end: the start is no input here.
    """
    earliest = max(booking.ends_at, now)
    if ends_at <= earliest:
        return [Problem("booking.end_not_later", NOT_LATER, {"earliest": earliest}, "ends_at")]
    of_time = find_problems_at(viewer, booking, Interval(booking.starts_at, ends_at), now)
    return [
        *_find_who_decides(viewer, booking),
        *(replace(one, field="ends_at") if one.field == "starts_at" else one for one in of_time),
    ]


def _find_who_decides(viewer: "User", booking: Booking) -> list[Problem]:
    """Return the problem that the viewer asks for what only a keeper grants, or none."""
    together = (booking, *get_companions(booking))
    if any(
        is_decided_by_others(viewer, one, providers.terms_at(one.instrument_id, one.starts_at))
        for one in together
    ):
        return [Problem("booking.extended_by_keeper", DECIDED_BY_KEEPER)]
    return []


def may_extend(viewer: "User", booking: Booking, now: datetime) -> bool:
    """Return whether the viewer may extend the booking now, to any end."""
    return (
        booking.state == BookingState.IN_USE
        and rules.has_perm("bookings.extend", viewer, booking)
        and bool(_find_later_ends(viewer, booking, now))
    )


def _find_later_ends(viewer: "User", booking: Booking, now: datetime) -> list[datetime]:
    """Return the ends that would be granted to the viewer, by time.

    Offers know nothing of budgets and of who decides; a budget that is too small for one end is too small
    for every later one.
    """
    applicant = Applicant(
        user=booking.user,
        payer=booking.payer_organization,
        service_mode=ServiceMode(booking.service_mode),
        moved_booking=booking,
    )
    start = Interval(booking.starts_at, booking.starts_at + MINUTE)
    together = get_free_time([booking.instrument], start, now, applicant).together(booking.instrument_id)
    offers = find_offers(together, start, now, is_under_way=True) if together else []
    after = max(booking.ends_at, now)
    ends = [end for offer in offers if offer.start == booking.starts_at for end in offer.ends_after(after)]
    granted = bisect_left(
        ends, True, key=lambda end: bool(find_extension_problems(viewer, booking, end, now))
    )
    return ends[:granted]


def get_later_ends(viewer: "User", booking: Booking, now: datetime) -> list[LaterEnd]:
    """Return the ends that would be granted to the viewer, by time, each with the price of the whole."""
    ends = _find_later_ends(viewer, booking, now)
    if not ends:
        return []
    moved: dict[int, Booking | None] = {one.instrument_id: one for one in (booking, *get_companions(booking))}
    payer = booking.payer_organization
    asked: dict[str, Any] = {
        "service_mode": ServiceMode(booking.service_mode),
        "payer_organization": payer,
        "samples": booking.samples,
    }
    facts = read_request_facts(
        booking.user,
        list(moved),
        interval=Interval(booking.starts_at, ends[-1]),
        payer_id=None if payer is None else payer.pk,
        now=now,
    )
    return [
        LaterEnd(
            end,
            sum_prices(booking.user, facts, moved, {**asked, "interval": Interval(booking.starts_at, end)}),
        )
        for end in ends
    ]
