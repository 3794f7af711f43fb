"""Who may do what with bookings and usage."""

from typing import Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in, is_sysadmin
from providers.public import is_keeper_of


@rules.predicate
def keeps_its_instrument(user: Any, subject: Any) -> bool:
    """The person keeps the instrument of this booking or log."""
    return bool(is_keeper_of(user, subject.instrument))


@rules.predicate
def is_its_user(user: Any, subject: Any) -> bool:
    """The person who made the booking, or for whom the log was written."""
    return bool(user.is_authenticated and subject.user_id == user.pk)


def _instrument_owner(subject: Any) -> int | None:
    return subject.instrument.organization_id


manages_its_unit = has_role_in(_instrument_owner, Role.UNIT_MANAGER)

rules.add_perm("bookings.book", rules.is_authenticated)
rules.add_perm("bookings.decide", keeps_its_instrument | manages_its_unit)
rules.add_perm("bookings.attend", keeps_its_instrument)
rules.add_perm("bookings.cancel", is_its_user | keeps_its_instrument | manages_its_unit)
rules.add_perm(
    "bookings.log_by_hand", is_keeper_of | has_role_in(lambda i: i.organization_id, Role.UNIT_MANAGER)
)
rules.add_perm("bookings.take_over_history", is_sysadmin)
rules.add_perm("bookings.correct_usage", keeps_its_instrument | manages_its_unit)
rules.add_perm("bookings.confirm_usage", is_its_user | keeps_its_instrument | manages_its_unit)
rules.add_perm("bookings.review_usage", is_its_user)
