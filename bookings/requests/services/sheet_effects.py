"""What a sheet of rules, which another app imports, does to bookings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.requests.domain.states import NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.registry import announce_grant_changes, tell_grant_changes
from bookings.requests.selectors.granting import get_grant_changes
from bookings.requests.selectors.holds import instrument_group_locks
from bookings.requests.selectors.rule_effects import (
    get_lost_hours_condition,
    get_publications,
    get_withdrawal,
)
from bookings.requests.services.next_free import next_free_refresh
from bookings.requests.services.rules import refused_offers_withdraw
from providers.public import TermsChange

if TYPE_CHECKING:
    from bookings.requests.selectors.rule_effects import RuleChange
    from providers.models import OpenServiceRule

__all__ = [
    "describe_publications",
    "find_bookings_outside",
    "instrument_group_locks",
    "refresh_next_free",
    "refused_offers_withdraw",
    "tell_of_publications",
    "tell_of_withdrawals",
]

TO_SETTLE = NOT_BEGUN_STATES - {BookingState.OFFERED}
"""States in which somebody has to say what becomes of a booking; an offer is withdrawn."""
refresh_next_free = next_free_refresh


def find_bookings_outside(changes: Sequence[TermsChange]) -> Mapping[int, Sequence[Booking]]:
    """Return the bookings that each change would leave outside opening hours, by instrument id.

    It is what the page of a rule asks about: not of offers, which are withdrawn. Instruments without bookings
    ahead cost no statement each.
    """
    if not changes:
        return {}
    booked = set(
        Booking.objects.filter(
            instrument_id__in=[change.instrument_id for change in changes],
            state__in=TO_SETTLE,
            ends_at__gt=min(change.applies_from for change in changes),
        ).values_list("instrument_id", flat=True)
    )
    publications = get_publications(change for change in changes if change.instrument_id in booked)
    found = {one.instrument_id: _find_outside(one) for one in publications}
    return {pk: bookings for pk, bookings in found.items() if bookings}


def _find_outside(publication: "RuleChange") -> list[Booking]:
    lost = Booking.objects.filter(get_lost_hours_condition(publication), state__in=TO_SETTLE)
    return list(lost.order_by("starts_at", "pk"))


def describe_publications(changes: Iterable[TermsChange], now: datetime) -> list[str]:
    """Return whom terms hit besides bookings, as the page of a rule says it before it is published."""
    return tell_grant_changes(get_grant_changes(get_publications(changes)), now)


def tell_of_publications(changes: Iterable[TermsChange], now: datetime) -> None:
    """Tell whom terms concern besides bookings, before they are published."""
    announce_grant_changes(get_grant_changes(get_publications(changes)), now)


def tell_of_withdrawals(rules: "Iterable[OpenServiceRule]", now: datetime) -> None:
    """Tell whom versions concern besides bookings, before they are withdrawn."""
    announce_grant_changes(get_grant_changes([get_withdrawal(one) for one in rules]), now)
