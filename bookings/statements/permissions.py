"""Who draws up statements, and who answers them."""

from typing import Any

import rules

from bookings.requests.permissions import is_own_user, is_unit_manager
from bookings.requests.selectors.scope import PAYING_ROLES
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, has_role_in


@rules.predicate
def is_payer(user: Any, subject: Any) -> bool:
    """Return whether the person is the one who pays the statement."""
    return bool(user.is_authenticated and subject.payer_person_id == user.pk)


answers_for_payer = has_role_in(lambda statement: statement.payer_organization_id, *PAYING_ROLES)
manages_statements = has_role_in(lambda one: one.organization_id, Role.UNIT_MANAGER)

add_permissions(
    {
        "bookings.manage_statements": manages_statements,
        "bookings.collect_statement": manages_statements & ~is_payer & ~answers_for_payer,
        "bookings.answer_statement": is_payer | answers_for_payer,
        "bookings.waive_charge": is_unit_manager & ~is_own_user,
    }
)
