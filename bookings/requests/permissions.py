"""Permissions on bookings and usage."""

from typing import Any

import rules

from bookings.requests.domain.states import BookingState
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in, is_sysadmin
from providers.public import instruments_kept_while_suspended, is_keeper_of


@rules.predicate
def is_instrument_keeper(user: Any, subject: Any) -> bool:
    """Return whether the person is_keeper_of the instrument of this booking or log."""
    return bool(is_keeper_of(user, subject.instrument))


@rules.predicate
def is_own_user(user: Any, subject: Any) -> bool:
    """Return whether the person made the booking, or used the instrument according to the log."""
    return bool(user.is_authenticated and subject.user_id == user.pk)


@rules.predicate
def is_planned_by_unit(_user: Any, subject: Any) -> bool:
    """Return whether the unit has planned the booking for samples; their user withdraws the order instead."""
    return bool(subject.planned_by_unit)


@rules.predicate
def is_keeper_of_use_while_suspended(user: Any, subject: Any) -> bool:
    """Return whether the booking is under way on an instrument that the person keeps in a suspended unit."""
    return (
        user.is_authenticated
        and subject.state == BookingState.IN_USE
        and instruments_kept_while_suspended(user).filter(pk=subject.instrument_id).exists()
    )


@rules.predicate
def is_stater(user: Any, result: Any) -> bool:
    """Return whether the person stated this result of a use."""
    return bool(user.is_authenticated and result.added_by_id == user.pk)


@rules.predicate
def is_proposer(user: Any, correction: Any) -> bool:
    """Return whether the person asked for this correction of a use."""
    return bool(user.is_authenticated and correction.entry.recorded_by_id == user.pk)


@rules.predicate
def is_keeper_of_log(user: Any, subject: Any) -> bool:
    """Return whether the person keeps the instrument of the use that this result or correction is of."""
    return bool(is_keeper_of(user, subject.log.instrument))


@rules.predicate
def is_user_of_log(user: Any, subject: Any) -> bool:
    """Return whether the person is the user of the use that this correction is of."""
    return bool(user.is_authenticated and subject.log.user_id == user.pk)


def _instrument_owner(subject: Any) -> int | None:
    return subject.instrument.organization_id


is_unit_manager = has_role_in(_instrument_owner, Role.UNIT_MANAGER)
is_manager_of_log = has_role_in(lambda subject: subject.log.instrument.organization_id, Role.UNIT_MANAGER)

rules.add_perm("bookings.book", rules.is_authenticated)
rules.add_perm("bookings.decide", is_instrument_keeper | is_unit_manager)
rules.add_perm("bookings.attend", is_instrument_keeper | is_keeper_of_use_while_suspended)
rules.add_perm(
    "bookings.cancel", (is_own_user & ~is_planned_by_unit) | is_instrument_keeper | is_unit_manager
)
rules.add_perm("bookings.extend", (is_own_user & ~is_planned_by_unit) | is_instrument_keeper)
rules.add_perm("bookings.agree", is_own_user)
rules.add_perm("bookings.hand_over", is_own_user & ~is_planned_by_unit)
rules.add_perm(
    "bookings.log_by_hand", is_keeper_of | has_role_in(lambda i: i.organization_id, Role.UNIT_MANAGER)
)
rules.add_perm("bookings.log_by_sheet", has_role_in(lambda unit: unit.pk, Role.UNIT_MANAGER, Role.KEEPER))
rules.add_perm("bookings.take_over_history", is_sysadmin)
rules.add_perm("bookings.correct_usage", is_instrument_keeper | is_unit_manager)
rules.add_perm(
    "bookings.withdraw_correction",
    (is_proposer & (is_keeper_of_log | is_manager_of_log)) | (is_manager_of_log & ~is_user_of_log),
)
rules.add_perm("bookings.confirm_usage", is_own_user | is_instrument_keeper | is_unit_manager)
rules.add_perm("bookings.dispute_usage", is_own_user)
rules.add_perm("bookings.state_result", is_own_user | is_instrument_keeper | is_unit_manager)
rules.add_perm("bookings.withdraw_result", is_stater | is_keeper_of_log | is_manager_of_log)
rules.add_perm("bookings.review_usage", is_own_user)
