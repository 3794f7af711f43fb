"""A person's roles as they stand now, and the part of the city that they supervise."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from instrument_share.accounts.domain import MembershipState, OrganizationKind, OrganizationState, Role
from instrument_share.accounts.domain.roles import grantable_roles
from instrument_share.accounts.models import Membership, Organization, User

if TYPE_CHECKING:
    Viewer = User | AnonymousUser

BOUND_FOR = timedelta(days=3 * 365)
"""So long after leaving an organization nobody decides on it.

As for purchases: 政府采购法实施条例, article 9 (1), three years after an employment.
"""

_IN_FORCE = Q(state=MembershipState.ACTIVE, organization__state=OrganizationState.ADMITTED)


@dataclass(frozen=True)
class Standing:
    """The roles a person holds now: active memberships in admitted organizations.

    Roles of `SECOND_FACTOR_ROLES` are among them only where the account logs in with a second factor, so no
    permission anywhere is had without it.
    """

    memberships: tuple[Membership, ...]
    bound_to: frozenset[int] = frozenset()
    """Organizations on which the person must not decide: a role there is held, rests, is asked for, or was
    over less than `BOUND_FOR` ago."""
    belongs_to: frozenset[int] = frozenset()
    """Organizations, admitted or suspended since, in which the person has a role, be it without effect for
    lack of a second factor: to whom people belong does not depend on what they may do."""

    def holds(self, role: Role, organization_id: int | None = None) -> bool:
        """Return whether the person has `role`, in that organization if one is named."""
        return any(m.role == role and organization_id in (None, m.organization_id) for m in self.memberships)

    def organization_ids(self, *roles: Role) -> frozenset[int]:
        """Return where the person has one of `roles` (any role if none is named)."""
        return frozenset(m.organization_id for m in self.memberships if not roles or m.role in roles)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(m.role) for m in self.memberships)


NO_STANDING = Standing(())


def standing(viewer: "Viewer") -> Standing:
    """Return the viewer's roles; read once per user object, and so once per request."""
    if not isinstance(viewer, User):
        return NO_STANDING
    if not hasattr(viewer, "_standing"):
        standings_read([viewer])
    known: Standing = viewer._standing  # type: ignore[attr-defined]
    return known


def standings_read(people: Iterable[User]) -> None:
    """Read the roles of many people at once, for `standing` of each of these objects."""
    everybody, by_person = list(people), defaultdict(list)
    rows = (
        binding_memberships()
        .filter(user__in=[one.pk for one in everybody])
        .annotate(counts=ExpressionWrapper(_IN_FORCE & ~_lacks_second_factor(), BooleanField()))
    )
    for row in rows.select_related("organization", "organization__district").order_by("id"):
        by_person[row.user_id].append(row)
    for person in everybody:
        found = by_person[person.pk]
        person._standing = Standing(  # type: ignore[attr-defined]
            tuple(one for one in found if one.counts),
            frozenset(one.organization_id for one in found),
            frozenset(one.organization_id for one in found if _belongs(one)),
        )


def _belongs(membership: Membership) -> bool:
    admitted = (OrganizationState.ADMITTED, OrganizationState.SUSPENDED)
    return membership.state == MembershipState.ACTIVE and membership.organization.state in admitted


def binding_memberships() -> QuerySet[Membership]:
    """Return the memberships that bind a person to an organization: see `Standing.bound_to`.

    By the database's clock: permissions are asked without an instant.
    """
    return Membership.objects.exclude(ended_at__lt=Now() - BOUND_FOR)


def standing_rows(viewer: User | OuterRef) -> QuerySet[Membership]:
    """Return the memberships that give the person, or that of each row of an outer query, a standing."""
    return _held_rows(viewer).exclude(_lacks_second_factor())


def roles_without_effect(viewer: "Viewer") -> frozenset[Role]:
    """Return the roles that the viewer holds, but that count only once the account has a second factor."""
    if not isinstance(viewer, User) or not settings.SECOND_FACTOR_ROLES:
        return frozenset()
    rows = _held_rows(viewer).filter(_lacks_second_factor())
    return frozenset(Role(role) for role in rows.values_list("role", flat=True))


def _held_rows(viewer: User | OuterRef) -> QuerySet[Membership]:
    return Membership.objects.filter(_IN_FORCE, user=viewer)


def second_factors() -> QuerySet[Authenticator]:
    """Return what counts as a second factor; recovery codes alone do not: they replace one that is lost."""
    return Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


def _lacks_second_factor() -> Q:
    needed = Q(role__in=settings.SECOND_FACTOR_ROLES)
    return needed & ~Q(Exists(second_factors().filter(user=OuterRef("user_id"))))


def forget_standing(viewer: "Viewer") -> None:
    """Let the viewer's roles be read again when they are asked for next."""
    if hasattr(viewer, "_standing"):
        del viewer._standing


def refresh_standing(viewer: "Viewer") -> Standing:
    """Read the viewer's roles again, after waiting for a lock: they may have ended meanwhile."""
    forget_standing(viewer)
    return standing(viewer)


@dataclass(frozen=True)
class Region:
    """The part of the city that somebody supervises: all of it, some districts, or nothing."""

    whole: bool
    district_ids: frozenset[int]

    def __bool__(self) -> bool:
        return self.whole or bool(self.district_ids)

    def covers(self, organization: Organization) -> bool:
        return self.whole or organization.district_id in self.district_ids

    def within(self, path: str = "") -> Q:
        """Return the condition for rows whose organization lies in the region.

        `path` leads from the row to it (`"organization"`), and is empty for organizations themselves.
        """
        if self.whole:
            return Q()
        name = f"{path}__district__in" if path else "district__in"
        return Q(**{name: self.district_ids})


SUPERVISING = (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR)


def region_of(viewer: "Viewer", *roles: Role) -> Region:
    """What the viewer supervises by these roles (by default those of the bureau).

    A bureau answers for the whole city, or for the district that it is set up for.
    """
    wanted = roles or SUPERVISING
    regions = {one.organization.region_id for one in standing(viewer).memberships if one.role in wanted}
    return Region(None in regions, frozenset(one for one in regions if one is not None))


def supervises(viewer: "Viewer", organization: Organization, *roles: Role) -> bool:
    """Return whether the organization lies in the viewer's region (see `region_of`)."""
    return region_of(viewer, *roles).covers(organization)


def roles_to_grant(viewer: "Viewer", organization: Organization) -> frozenset[Role]:
    """Return the roles that the viewer may give in this organization."""
    return _roles_of(viewer, organization, owns_instruments=organization.owns_instruments)


def roles_to_end(viewer: "Viewer", organization: Organization) -> frozenset[Role]:
    """Return the roles that the viewer may end there: those of an owner too where it owns nothing now."""
    return _roles_of(viewer, organization, owns_instruments=True)


def _roles_of(viewer: "Viewer", organization: Organization, *, owns_instruments: bool) -> frozenset[Role]:
    own = standing(viewer)
    held = {Role(one.role) for one in own.memberships if one.organization_id == organization.pk}
    if own.holds(Role.SYSADMIN):
        held.add(Role.SYSADMIN)
    kind = OrganizationKind(organization.kind)
    return grantable_roles(held, kind=kind, owns_instruments=owns_instruments)
