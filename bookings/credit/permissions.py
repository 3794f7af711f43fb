"""Who records misuse, who appeals a credit event, and who answers."""

from typing import Any

import rules

from bookings.requests.permissions import (
    is_instrument_keeper,
    is_own_user,
    is_planned_by_unit,
    is_unit_manager,
)
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, is_bound_to, is_supervisor_in


@rules.predicate
def has_unit(_user: Any, event: Any) -> bool:
    """Return whether the event came of a booking, so that there is a unit to answer for it."""
    return event.booking_id is not None


@rules.predicate
def is_own_appeal(user: Any, appeal: Any) -> bool:
    """Return whether it is the person's own credit: nobody answers their own appeal."""
    return bool(is_own_user(user, appeal.event))


@rules.predicate
def is_recorder(user: Any, appeal: Any) -> bool:
    """Return whether the person recorded the event: another one answers the appeal against it."""
    return bool(user.is_authenticated and appeal.event.recorded_by_id == user.pk)


@rules.predicate
def is_passed_on(_user: Any, appeal: Any) -> bool:
    """Return whether the bureau answers, since the unit has not."""
    return appeal.passed_on_at is not None


@rules.predicate
def answers_for_unit(user: Any, appeal: Any) -> bool:
    """Return whether the person keeps the instrument of the booking, or manages its unit."""
    booking = appeal.event.booking
    return bool(is_instrument_keeper(user, booking) or is_unit_manager(user, booking))


def _unit_id(appeal: Any) -> int:
    return int(appeal.event.booking.instrument.organization_id)


answers_for_bureau = is_supervisor_in(_unit_id, Role.BUREAU_OFFICER) & ~is_bound_to(_unit_id)

add_permissions(
    {
        "bookings.record_misuse": is_instrument_keeper & ~is_own_user & ~is_planned_by_unit,
        "bookings.appeal_credit": is_own_user & has_unit,
        "bookings.answer_credit_appeal": ~is_own_appeal
        & ~is_recorder
        & ((~is_passed_on & answers_for_unit) | (is_passed_on & answers_for_bureau)),
    }
)
