"""Who may do what, as named permissions; each app adds its own from these parts.

A service begins with `require(actor, "bookings.decide", booking)`; a template asks the same name with
`{% has_perm %}` of django-rules. `tests/test_permissions.py` holds the table of role × action.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import rules

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.domain.registration import AUTHORITIES
from instrument_share.accounts.selectors import (
    organizations_by_id,
    region_of,
    roles_to_grant,
    standing,
)
from instrument_share.kernel.errors import Forbidden

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def add_permissions(predicates: Mapping[str, rules.predicates.Predicate]) -> None:
    """Register permissions by name."""
    for name, predicate in predicates.items():
        rules.add_perm(name, predicate)


def has_role(*roles: Role) -> rules.predicates.Predicate:
    """Make the predicate that the person has one of `roles` anywhere."""

    def predicate(user: Any) -> bool:
        return any(standing(user).holds(role) for role in roles)

    return rules.predicate(predicate, name=f"has_role:{'|'.join(roles)}")


def has_role_in(organization_id: Callable[[Any], int | None], *roles: Role) -> rules.predicates.Predicate:
    """Make the predicate that the person has one of `roles` in the subject's organization."""

    def predicate(user: Any, subject: Any) -> bool:
        owner = organization_id(subject)
        return owner is not None and any(standing(user).holds(role, owner) for role in roles)

    return rules.predicate(predicate, name=f"has_role_in:{'|'.join(roles)}")


def is_bound_to(organization_id: Callable[[Any], int | None]) -> rules.predicates.Predicate:
    """Make the predicate that the person belongs to the subject's organization, or did not long ago.

    For who must not decide on it: see `Standing.bound_to`.
    """

    def predicate(user: Any, subject: Any) -> bool:
        return organization_id(subject) in standing(user).bound_to

    return rules.predicate(predicate, name="is_bound_to")


def require(actor: "Viewer", permission: str, subject: object | None = None) -> None:
    """Raise Forbidden unless the actor has the named permission on the subject."""
    if not rules.has_perm(permission, actor, subject):
        raise Forbidden


def require_unless_system(actor: "Viewer | None", permission: str, subject: object | None = None) -> None:
    """Do as `require`, but let None pass: the system itself (installation, a command, a job)."""
    if actor is not None:
        require(actor, permission, subject)


def is_supervisor_in(
    organization_id: Callable[[Any], int | None], *roles: Role
) -> rules.predicates.Predicate:
    """Make the predicate that the subject's organization lies in the person's region by one of `roles`.

    Without a subject: the person answers for some region, and selectors bound what they find there.
    """

    def predicate(user: Any, subject: Any) -> bool:
        region = region_of(user, *roles)
        if region.whole or subject is None:
            return bool(region)
        owner = organization_id(subject)
        if not region or owner is None:
            return False
        return region.covers(organizations_by_id([owner])[owner])

    return rules.predicate(predicate, name=f"is_supervisor_in:{'|'.join(roles)}")


def has_role_for_city(role: Role) -> rules.predicates.Predicate:
    """Make the predicate that the person has `role` in a body that answers for the whole city."""

    def predicate(user: Any) -> bool:
        return region_of(user, role).whole

    return rules.predicate(predicate, name=f"has_role_for_city:{role}")


def _itself(subject: Any) -> int | None:
    return getattr(subject, "pk", None)


@rules.predicate
def is_registrant(user: Any, subject: Any) -> bool:
    """Return whether the person registered the organization."""
    return bool(user.is_authenticated and subject.registered_by_id == user.pk)


@rules.predicate
def is_awaiting_admission(_user: Any, subject: Any) -> bool:
    """Return whether the organization is not admitted yet, so that only its registrant manages it."""
    return subject.state in (OrganizationState.PENDING, OrganizationState.REFUSED)


@rules.predicate
def is_authority(_user: Any, subject: Any) -> bool:
    """Return whether the organization is one that a system administrator enters."""
    return subject.kind in AUTHORITIES


@rules.predicate
def can_grant_roles(user: Any, subject: Any) -> bool:
    """Return whether the person may give some role in the organization."""
    return bool(roles_to_grant(user, subject))


@rules.predicate
def is_oneself(user: Any, subject: Any) -> bool:
    """Return whether the subject is a membership of the person."""
    return bool(user.is_authenticated and subject.user_id == user.pk)


is_officer = has_role_for_city(Role.BUREAU_OFFICER)
is_auditor = has_role_for_city(Role.BUREAU_AUDITOR)
is_finance = has_role_for_city(Role.FINANCE_OFFICER)
is_sysadmin = has_role(Role.SYSADMIN)
is_supervisor = is_supervisor_in(_itself, Role.BUREAU_OFFICER)
is_manager = has_role_in(_itself, Role.ORG_ADMIN, Role.UNIT_MANAGER)
is_bound = is_bound_to(_itself)
decides_on_it = is_supervisor & ~is_bound

add_permissions(
    {
        "accounts.edit_oneself": rules.is_authenticated,
        "accounts.register_organization": rules.is_authenticated,
        "accounts.correct_organization": is_registrant,
        "accounts.edit_organization": is_manager,
        "accounts.file_document": (is_registrant & is_awaiting_admission) | is_manager,
        "accounts.admit_organization": decides_on_it,
        "accounts.suspend_organization": decides_on_it,
        "accounts.revise_organization": decides_on_it & ~is_authority,
        "accounts.declare_relation": is_manager | is_supervisor,
        "accounts.end_relation": decides_on_it,
        "accounts.be_outside": ~is_bound,
        "accounts.manage_members": can_grant_roles,
        "accounts.ask_membership": rules.is_authenticated,
        "accounts.end_own_membership": is_oneself,
        "accounts.maintain_accounts": is_sysadmin,
        "site.operate": is_sysadmin,
        "site.read_journal": is_sysadmin | is_supervisor,
    }
)
