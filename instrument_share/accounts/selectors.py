"""Reads of people, organizations and roles."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.models import (
    ApiToken,
    District,
    Membership,
    Organization,
    OrganizationRelation,
    User,
)
from instrument_share.kernel.errors import NotFound

if TYPE_CHECKING:
    Viewer = User | AnonymousUser


@dataclass(frozen=True)
class Standing:
    """The roles a person holds now: active memberships in admitted organizations."""

    memberships: tuple[Membership, ...]

    def holds(self, role: Role, organization_id: int | None = None) -> bool:
        """Whether the person has `role`, in that organization if one is named."""
        return any(m.role == role and organization_id in (None, m.organization_id) for m in self.memberships)

    def organization_ids(self, *roles: Role) -> frozenset[int]:
        """Organizations in which the person has one of `roles` (any role if none is named)."""
        return frozenset(m.organization_id for m in self.memberships if not roles or m.role in roles)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(m.role) for m in self.memberships)


NO_STANDING = Standing(())


def standing(viewer: "Viewer") -> Standing:
    """What the viewer may act as; read once per user object, and so once per request."""
    if not isinstance(viewer, User):
        return NO_STANDING
    known: Standing | None = getattr(viewer, "_standing", None)
    if known is None:
        known = Standing(
            tuple(
                Membership.objects.filter(
                    user=viewer,
                    state=MembershipState.ACTIVE,
                    organization__state=OrganizationState.ADMITTED,
                )
                .select_related("organization", "organization__district")
                .order_by("id")
            )
        )
        viewer._standing = known  # type: ignore[attr-defined]
    return known


def organization_lock(organization_id: int) -> Organization:
    """The organization, locked until the transaction ends."""
    return Organization.objects.select_for_update().get(pk=organization_id)


def organization_locks(organization_ids: Iterable[int]) -> list[Organization]:
    """These organizations, in order of id, locked until the transaction ends."""
    rows = Organization.objects.select_for_update().filter(pk__in=set(organization_ids))
    return list(rows.order_by("pk"))


def organizations(viewer: "Viewer") -> QuerySet[Organization]:
    """Admitted organizations, which are public; a member also sees their own before admission."""
    own = standing(viewer).organization_ids()
    return Organization.objects.filter(Q(state=OrganizationState.ADMITTED) | Q(pk__in=own)).select_related(
        "district"
    )


def organization(viewer: "Viewer", public_id: str) -> Organization:
    """One visible organization by public id, or NotFound."""
    found = organizations(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def nobody_registered() -> bool:
    """Whether the database holds neither people nor organizations."""
    return not (User.objects.exists() or Organization.objects.exists())


def organization_by_uscc(uscc: str) -> Organization | None:
    return Organization.objects.filter(uscc=uscc).first()


def organization_ids_by_uscc(usccs: Iterable[str]) -> dict[str, int]:
    """USCC → primary key, in whatever state the organizations are; for rows that refer to them."""
    return dict(Organization.objects.filter(uscc__in=set(usccs)).values_list("uscc", "pk"))


def organizations_by_id(ids: Iterable[int]) -> dict[int, Organization]:
    """Bodies of any state by id, for services that have been given ids."""
    return Organization.objects.in_bulk(list(ids))


def owning_organizations() -> dict[int, Organization]:
    """Every admitted body that owns instruments, by id; for what the system does by itself."""
    rows = Organization.objects.filter(owns_instruments=True, state=OrganizationState.ADMITTED)
    return {row.pk: row for row in rows.order_by("pk")}


def users_by_id(ids: Iterable[int]) -> dict[int, User]:
    """People by id, for services that have been given ids."""
    return User.objects.in_bulk(list(ids))


def related_ids(organization_id: int) -> frozenset[int]:
    """Organizations related to this one: itself, the same parent, parent and child, or declared related."""
    own = Organization.objects.filter(pk=organization_id).values_list("parent_id", flat=True).first()
    family = Q(pk=organization_id) | Q(parent_id=organization_id)
    if own is not None:
        family |= Q(pk=own) | Q(parent_id=own)
    ids = set(Organization.objects.filter(family).values_list("pk", flat=True))
    for first, second in OrganizationRelation.objects.filter(
        Q(first_id=organization_id) | Q(second_id=organization_id)
    ).values_list("first_id", "second_id"):
        ids |= {first, second}
    return frozenset(ids)


def districts() -> QuerySet[District]:
    return District.objects.order_by("code")


def people_with(role: Role, organization_id: int | None = None) -> QuerySet[User]:
    """Everybody who holds `role` now, in that organization if one is named."""
    wanted = Q(
        memberships__role=role,
        memberships__state=MembershipState.ACTIVE,
        memberships__organization__state=OrganizationState.ADMITTED,
    )
    if organization_id is not None:
        wanted &= Q(memberships__organization_id=organization_id)
    return User.objects.filter(wanted, is_active=True).distinct()


def people_by_organization(role: Role, organization_ids: Iterable[int]) -> dict[int, list[User]]:
    """Of each of these organizations everybody who holds `role` there now; one statement for all."""
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


def user_by_token(token: str, now: datetime) -> User | None:
    """The person whose valid personal token this is."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = (
        ApiToken.objects.filter(
            digest=digest, revoked_at__isnull=True, expires_at__gt=now, user__is_active=True
        )
        .select_related("user")
        .first()
    )
    return found.user if found else None


def api_tokens(viewer: User, now: datetime) -> QuerySet[ApiToken]:
    """One's own personal tokens that still work, newest first."""
    return ApiToken.objects.filter(user=viewer, revoked_at__isnull=True, expires_at__gt=now).order_by("-id")


def person_named(text: str) -> User | None:
    """The one active person with this user name, mail address or public id; None for none or several."""
    wanted = text.strip()
    named = Q(username=wanted) | Q(email__iexact=wanted) | Q(public_id=wanted.upper())
    found = list(User.objects.filter(named, is_active=True)[:2]) if wanted else []
    return found[0] if len(found) == 1 else None


def organizations_pending(viewer: "Viewer") -> QuerySet[Organization]:
    """Bodies that wait for the bureau's admission, the longest waiting first; nothing for others."""
    if not standing(viewer).holds(Role.BUREAU_OFFICER):
        return Organization.objects.none()
    return (
        Organization.objects.filter(state=OrganizationState.PENDING)
        .select_related("district")
        .order_by("created_at", "id")
    )
