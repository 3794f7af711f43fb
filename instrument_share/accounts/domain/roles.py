"""Which role may give and take which, and which may not be the last to leave."""

from collections.abc import Collection, Iterable

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.kernel.errors import gettext_noop

NAMES: dict[Role, str] = {
    Role.RESEARCHER: gettext_noop("Researcher"),
    Role.ORG_ADMIN: gettext_noop("Administrator of a using organization"),
    Role.KEEPER: gettext_noop("Instrument keeper"),
    Role.UNIT_MANAGER: gettext_noop("Manager of an owning unit"),
    Role.BUREAU_OFFICER: gettext_noop("Officer of the Science and Technology Bureau"),
    Role.BUREAU_AUDITOR: gettext_noop("Auditor of the Science and Technology Bureau"),
    Role.FINANCE_OFFICER: gettext_noop("Finance Bureau"),
    Role.SYSADMIN: gettext_noop("System administrator"),
}
"""What people read of each role; marked literals."""

OWNER_ROLES = frozenset({Role.KEEPER, Role.UNIT_MANAGER})
"""Roles that only make sense where the organization owns instruments."""
MANAGING_ROLES = frozenset({Role.ORG_ADMIN, Role.UNIT_MANAGER})
"""Who answers for an organization's people."""
SEATS = {
    Role.BUREAU_OFFICER: OrganizationKind.BUREAU,
    Role.BUREAU_AUDITOR: OrganizationKind.BUREAU,
    Role.FINANCE_OFFICER: OrganizationKind.FINANCE,
}
"""Roles that supervise, and the only kind of body in which they can be held."""

GRANTABLE_ROLES: dict[Role, frozenset[Role]] = {
    Role.ORG_ADMIN: frozenset({Role.RESEARCHER, Role.ORG_ADMIN}),
    Role.UNIT_MANAGER: frozenset({Role.RESEARCHER, Role.ORG_ADMIN, Role.KEEPER, Role.UNIT_MANAGER}),
    Role.SYSADMIN: frozenset(Role),
}


def grantable_roles(
    held: Iterable[Role], *, kind: OrganizationKind, owns_instruments: bool
) -> frozenset[Role]:
    """Return the roles that a person may give and take in an organization, by those that they hold there.

    A system administrator's role counts wherever it is held; the caller includes it.
    """
    given = frozenset(role for one in held for role in GRANTABLE_ROLES.get(one, ()))
    return given & possible_roles(kind=kind, owns_instruments=owns_instruments)


def possible_roles(*, kind: OrganizationKind, owns_instruments: bool) -> frozenset[Role]:
    """Return the roles that can be held in an organization."""
    elsewhere = {role for role, seat in SEATS.items() if seat is not kind}
    return frozenset(Role) - elsewhere - (frozenset() if owns_instruments else OWNER_ROLES)


def is_last(role: Role, others: Collection[Role]) -> bool:
    """Return whether ending this role leaves the organization without anybody who manages it.

    `others` are the managing roles that other people hold there. A unit manager can give the role of
    administrator, so an administrator may go where a manager stays; not the other way round.
    """
    match role:
        case Role.UNIT_MANAGER:
            return Role.UNIT_MANAGER not in others
        case Role.ORG_ADMIN:
            return not MANAGING_ROLES & set(others)
        case Role.SYSADMIN:
            return Role.SYSADMIN not in others
    return False
