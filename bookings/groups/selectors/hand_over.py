"""To whom a booking may be handed over, and what keeps a colleague from having it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.groups.domain import NotPaidByOrganization
from bookings.requests.domain.decision import is_decided_too_late
from bookings.requests.domain.errors import DecisionOverdue
from bookings.requests.domain.states import CANCELLABLE_STATES, BookingState, require_cancellable
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import find_problems_in, get_free_until, is_new_decision_needed
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.request_facts import read_request_facts
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import Problem, gettext_noop, require_found
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import User

LATE = gettext_noop(
    "The keeper would have to approve the booking again, and the time for that ended at {deadline} with the "
    "time for cancelling without charge. Ask the keeper."
)
BEGUN = gettext_noop(
    "The booked time has begun, and whoever booked it is responsible for a no-show. Come, cancel it, or "
    "ask the keeper."
)
OVERDUE = gettext_noop(
    "Nobody decided on this request by {deadline}: it lapses in a moment. Your colleague can book the time "
    "then."
)
NOBODY = gettext_noop(
    "Nobody else belongs to the organization that pays. Invite a colleague first, or cancel the booking."
)
CODES_OF_PEOPLE = (
    "booking.account_inactive",
    "booking.organization_not_admitted",
    "booking.credit_suspended",
    "booking.qualification_missing",
    "booking.quota_user_",
    "booking.project_not_allowed",
)
"""What depends on who comes; the time is held already and stays, whatever is open by now."""


def get_colleagues(booking: Booking) -> "QuerySet[User]":
    """Return the other active people of the organization that pays, by name. Raises NotPaidByOrganization."""
    if booking.payer_organization is None:
        raise NotPaidByOrganization
    return accounts.successors(booking.payer_organization, booking.user_id)


def get_colleague(booking: Booking, public_id: str) -> "User":
    """Return the colleague with this public id. Raises NotFound, NotPaidByOrganization."""
    return require_found(get_colleagues(booking).filter(public_id=public_id).first())


def is_decided_again(giver: "User", booking: Booking) -> bool:
    """Return whether a keeper decides again once the giver has handed it over with its companions."""
    return any(_is_decided_again(giver, one) for one in (booking, *get_companions(booking)))


def _is_decided_again(giver: "User", booking: Booking) -> bool:
    terms = providers.terms_at(booking.instrument_id, booking.starts_at)
    return is_new_decision_needed(giver, booking, terms)


def find_hand_over_problems(
    giver: "User", colleague: "User", together: Sequence[Booking], now: datetime
) -> list[Problem]:
    """Return why the colleague may not have these bookings of linked instruments, each reason once."""
    found: list[Problem] = []
    for booking in together:
        problems = [*_find_lateness(giver, booking, now), *_find_problems(colleague, booking, now)]
        found += [one for one in problems if one not in found]
    return found


def find_obstacles(giver: "User", booking: Booking, now: datetime) -> list[Problem]:
    """Return why nobody may have this booking and its companions any more, whoever it is, each reason once.

    Raises IllegalMove where it is under way or has ended, and NotPaidByOrganization.
    """
    require_cancellable(booking.state, "hand_over")
    found = [] if get_colleagues(booking).exists() else [Problem("booking.hand_over_to_nobody", NOBODY)]
    for one in (booking, *get_companions(booking)):
        found += [problem for problem in _find_lateness(giver, one, now) if problem not in found]
    return found


def get_hand_over_deadline(giver: "User", booking: Booking, now: datetime) -> datetime | None:
    """Return until when the giver may hand the booking over to somebody; None where they can't now."""
    if booking.state not in CANCELLABLE_STATES or booking.payer_organization is None:
        return None
    if find_obstacles(giver, booking, now):
        return None
    return min(_get_deadline(giver, one) for one in (booking, *get_companions(booking)))


def _get_deadline(giver: "User", booking: Booking) -> datetime:
    """Return the booking's start, or the end of free cancelling where the unit has to decide again.

    A request costs nothing to cancel: an approved booking would escape its charge by becoming one. A request
    may be handed over until it can only lapse.
    """
    if booking.state == BookingState.REQUESTED and booking.decide_by is not None:
        return booking.decide_by
    return get_free_until(booking) if _is_decided_again(giver, booking) else booking.starts_at


def _find_lateness(giver: "User", booking: Booking, now: datetime) -> list[Problem]:
    """What is missed stays with who missed it, and nobody is handed it in the minutes that are left.

    Nor is anybody handed a request that can only lapse.
    """
    if now >= booking.starts_at:
        return [Problem("booking.hand_over_begun", BEGUN)]
    if booking.state == BookingState.REQUESTED and is_decided_too_late(booking.decide_by, now):
        return [Problem(DecisionOverdue.code, OVERDUE, {"deadline": booking.decide_by})]
    deadline = _get_deadline(giver, booking)
    return [Problem("booking.hand_over_late", LATE, {"deadline": deadline})] if now > deadline else []


def _find_problems(colleague: "User", booking: Booking, now: datetime) -> list[Problem]:
    interval = Interval(booking.starts_at, booking.ends_at)
    facts = read_request_facts(
        colleague,
        [booking.instrument_id],
        interval=interval,
        payer_id=booking.payer_organization_id,
        now=now,
    )
    problems = find_problems_in(
        colleague,
        colleague,
        facts,
        {booking.instrument_id: booking},
        interval=interval,
        service_mode=ServiceMode(booking.service_mode),
        payer_organization=booking.payer_organization,
        subject=booking.subject,
        samples=booking.samples,
        project=booking.organization_project,
        now=now,
    )
    return [one for one in problems if one.code.startswith(CODES_OF_PEOPLE)]
