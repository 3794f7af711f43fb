"""Who may do what, as named permissions; each app adds its own from these parts.

A service begins with `require(actor, "bookings.decide", booking)`; a template asks the same name with
`{% has_perm %}` of django-rules. `tests/test_permissions.py` holds the table of role × action.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.errors import Forbidden

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def holds(*roles: Role) -> rules.predicates.Predicate:
    """The person has one of `roles` anywhere."""

    def predicate(user: Any) -> bool:
        return any(standing(user).holds(role) for role in roles)

    return rules.predicate(predicate, name=f"holds:{'|'.join(roles)}")


def holds_in(organization_id: Callable[[Any], int | None], *roles: Role) -> rules.predicates.Predicate:
    """The person has one of `roles` in the organization that the subject belongs to."""

    def predicate(user: Any, subject: Any) -> bool:
        owner = organization_id(subject)
        return owner is not None and any(standing(user).holds(role, owner) for role in roles)

    return rules.predicate(predicate, name=f"holds_in:{'|'.join(roles)}")


def require(actor: "Viewer", permission: str, subject: object | None = None) -> None:
    """Forbidden unless the actor has the named permission on the subject."""
    if not rules.has_perm(permission, actor, subject):
        raise Forbidden


def allowed(actor: "Viewer | None", permission: str, subject: object | None = None) -> None:
    """`require`, but None passes: what the system does by itself (installation, a command, `tick`)."""
    if actor is not None:
        require(actor, permission, subject)


is_officer = holds(Role.BUREAU_OFFICER)
is_auditor = holds(Role.BUREAU_AUDITOR)
is_finance = holds(Role.FINANCE_OFFICER)
is_sysadmin = holds(Role.SYSADMIN)

rules.add_perm("accounts.admit_organization", is_officer)
rules.add_perm("accounts.register_organization", rules.is_authenticated)
rules.add_perm("accounts.relate_organizations", is_officer)
rules.add_perm("accounts.maintain_accounts", is_sysadmin)
