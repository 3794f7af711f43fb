"""Reads of people and of what lets programs act for them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.models import ApiToken, Membership, Organization, User
from instrument_share.accounts.selectors.organizations import organization_locks, sysadmin_organization_ids
from instrument_share.kernel.errors import Forbidden


def users_by_id(ids: Iterable[int]) -> dict[int, User]:
    """Return people by id, for services that have been given ids."""
    return User.objects.in_bulk(list(ids))


def oneself_lock(actor: User) -> User:
    """Lock one's own account and return it as it is now. Raises Forbidden where that was closed meanwhile."""
    own = User.objects.select_for_update(no_key=True).filter(pk=actor.pk, is_active=True).first()
    if own is None:
        raise Forbidden
    return own


def account_lock_of(ids: "QuerySet[Any, Any]") -> User | None:
    """Lock the one account whose id the query returns, open or not; None where it returns none.

    The organizations of its roles and the roles are locked first, as by whoever decides on a role.
    """
    held = Membership.objects.filter(user__in=ids).exclude(state=MembershipState.ENDED)
    organizations = set(held.values_list("organization_id", flat=True))
    if held.filter(role=Role.SYSADMIN).exists():
        organizations |= sysadmin_organization_ids()
    organization_locks(organizations)
    list(Membership.objects.select_for_update().filter(user__in=ids).order_by("pk"))
    return User.objects.select_for_update(no_key=True).filter(pk__in=ids).first()


def people_with_role(role: Role, organization_id: int | None = None) -> QuerySet[User]:
    """Return everybody who holds `role` now, in that organization if one is named."""
    return _people_holding(
        role, Q() if organization_id is None else Q(memberships__organization=organization_id)
    )


def people_for_city(role: Role) -> QuerySet[User]:
    """Return everybody who holds `role` for the whole city now; the people of a district's bureau do not."""
    return _people_holding(role, Q(memberships__organization__region__isnull=True))


def _people_holding(role: Role, where: Q) -> QuerySet[User]:
    """Return everybody with a membership in force in `role` that meets the condition."""
    return User.objects.filter(
        where,
        memberships__role=role,
        memberships__state=MembershipState.ACTIVE,
        memberships__organization__state=OrganizationState.ADMITTED,
        is_active=True,
    ).distinct()


def has_administrator() -> bool:
    """Return whether anybody was ever made a system administrator: then the site is set up."""
    return Membership.objects.filter(role=Role.SYSADMIN.value).exists()


def people_by_organization(role: Role, organization_ids: Iterable[int]) -> dict[int, list[User]]:
    """Return, by organization, everybody who holds `role` there now; one statement for all."""
    found: dict[int, list[User]] = {pk: [] for pk in organization_ids}
    rows = Membership.objects.filter(
        organization_id__in=list(found),
        role=role,
        state=MembershipState.ACTIVE,
        organization__state=OrganizationState.ADMITTED,
        user__is_active=True,
    )
    for row in rows.select_related("user").order_by("id"):
        found[row.organization_id].append(row.user)
    return found


def valid_token(secret: str, now: datetime) -> ApiToken | None:
    """Return the personal token with this secret, with its owner, while it works."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = ApiToken.objects.filter(
        digest=digest, revoked_at__isnull=True, expires_at__gt=now, user__is_active=True
    )
    return found.select_related("user").first()


def api_tokens(viewer: User, now: datetime) -> QuerySet[ApiToken]:
    """Return one's own personal tokens that still work, newest first."""
    return ApiToken.objects.filter(user=viewer, revoked_at__isnull=True, expires_at__gt=now).order_by("-id")


def is_address_of(person: User, address: str) -> bool:
    """Return whether the person has confirmed the address by a link in a mail."""
    return EmailAddress.objects.filter(user=person, email=address.lower(), verified=True).exists()


def confirmed_addresses(person: User) -> list[str]:
    """Return every email address that the person has confirmed, in lower case.

    One that is merely claimed may be somebody else's, and so may what was mailed to it.
    """
    confirmed = EmailAddress.objects.filter(user=person, verified=True)
    return sorted({address.lower() for address in confirmed.values_list("email", flat=True)})


def locked_account(address: str) -> User | None:
    """Return the locked account of the person who has confirmed this email address."""
    confirmed = EmailAddress.objects.filter(email=address.lower(), verified=True)
    return User.objects.filter(pk__in=confirmed.values("user"), locked_at__isnull=False).first()


def is_name_taken(username: str) -> bool:
    """Return whether an account has this user name, in whatever spelling."""
    return User.objects.filter(username__iexact=username.strip()).exists()


def is_address_taken(address: str) -> bool:
    """Return whether an account has this email address, confirmed or merely claimed."""
    return EmailAddress.objects.filter(email__iexact=address.strip()).exists()


def person_named(text: str) -> User | None:
    """Return the one active person with this user name, confirmed email address or public id.

    None for none or several. An address that is merely claimed, or taken as a user name, names nobody.
    """
    wanted = text.strip()
    named = Q(username=wanted) | Q(public_id=wanted.upper())
    if "@" in wanted:
        named = Q(pk__in=EmailAddress.objects.filter(email=wanted.lower(), verified=True).values("user"))
    found = list(User.objects.filter(named, is_active=True)[:2]) if wanted else []
    return found[0] if len(found) == 1 else None


def account_named(username: str) -> User | None:
    """Return the account with just this user name, locked or not, for commands on the server."""
    return User.objects.filter(username=username).first()


def held_roles(person: User, organization_id: int) -> frozenset[Role]:
    """Return the roles that a person has or ever had in an organization, for commands on the server."""
    rows = Membership.objects.filter(user=person, organization=organization_id)
    return frozenset(Role(role) for role in rows.values_list("role", flat=True))


def officers_of(organization: Organization) -> QuerySet[User]:
    """Return the officers who admit and supervise this organization: the city's and its district's."""
    answers_for_it = Q(memberships__organization__region__isnull=True)
    if organization.district_id is not None:
        answers_for_it |= Q(memberships__organization__region=organization.district_id)
    return _people_holding(Role.BUREAU_OFFICER, answers_for_it)
