"""Reads of who belongs to an organization, who asks to, and who is invited."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.domain.invitations import (
    InvitationExpired,
    InvitationOver,
    InvitationSuspended,
    InvitationTaken,
    InvitationWithdrawn,
    InviterDismissed,
)
from instrument_share.accounts.domain.roles import MANAGING_ROLES, is_last
from instrument_share.accounts.models import Invitation, Membership, Organization, User
from instrument_share.accounts.selectors.organizations import organization_lock_for
from instrument_share.accounts.selectors.standing import forget_standing, roles_to_grant
from instrument_share.journal.selectors import entries
from instrument_share.kernel.errors import NotFound, require_found
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.selectors.standing import Viewer


@dataclass(frozen=True)
class Belonging:
    """An organization with all memberships that one of its people has there, active ones first."""

    organization: Organization
    memberships: tuple[Membership, ...]

    def of_state(self, *states: MembershipState) -> list[Membership]:
        return [one for one in self.memberships if one.state in states]

    @property
    def active(self) -> list[Membership]:
        return self.of_state(MembershipState.ACTIVE)

    @property
    def asked(self) -> Membership | None:
        """The request that waits, if one does."""
        return next(iter(self.of_state(MembershipState.PENDING)), None)

    @property
    def refused(self) -> Membership | None:
        return next(iter(self.of_state(MembershipState.REFUSED)), None)


def belongings(viewer: User) -> list[Belonging]:
    """Return every organization that the viewer belongs to, asks to belong to or did, oldest first.

    One statement.
    """
    rows = (
        Membership.objects.filter(user=viewer)
        .select_related("organization__district")
        .order_by("organization_id", "id")
    )
    by_organization: dict[int, list[Membership]] = {}
    for row in rows:
        by_organization.setdefault(row.organization_id, []).append(row)
    found = [Belonging(each[0].organization, tuple(each)) for each in by_organization.values()]
    return sorted(found, key=lambda one: (not one.active, one.asked is None, one.memberships[0].pk))


def members(viewer: "Viewer", organization: Organization) -> QuerySet[Membership]:
    """All memberships of an organization, for who manages its people; NotFound for others.

    Page them by ("user__name", "user_id", "id").
    """
    if not roles_to_grant(viewer, organization):
        raise NotFound
    return Membership.objects.filter(organization=organization).select_related("user", "organization")


def membership(viewer: "Viewer", organization: Organization, public_id: str) -> Membership:
    """Return one membership of the organization: one's own, or any for who manages its people.

    Raises NotFound.
    """
    found = (
        Membership.objects.filter(organization=organization, public_id=public_id)
        .select_related("user", "organization")
        .first()
    )
    is_own = found is not None and found.user_id == viewer.pk
    if found is None or not (is_own or roles_to_grant(viewer, organization)):
        raise NotFound
    return found


def memberships_lock(person: User, organization_id: int) -> None:
    """Lock the person's roles in the organization; whoever asks for them next reads them again.

    A service that acts on a role calls it before it locks anything else.
    """
    list(
        Membership.objects.select_for_update()
        .filter(user=person, organization_id=organization_id)
        .order_by("pk")
    )
    forget_standing(person)


def memberships_of_organization_lock(organization_id: int) -> None:
    """Lock every role in the organization, so that whoever acts on one waits (see `memberships_lock`)."""
    held = Membership.objects.select_for_update(of=("self",)).filter(organization_id=organization_id)
    list(held.order_by("pk").values_list("pk", flat=True))


def membership_lock(membership_id: int) -> Membership:
    """Return the membership, locked with its organization until the transaction ends.

    The organization is locked first, so that decisions about its people follow one another (see
    `organization_lock_for`).
    """
    at, role = require_found(
        Membership.objects.filter(pk=membership_id).values_list("organization_id", "role").first()
    )
    organization_lock_for(at, Role(role))
    locked = Membership.objects.select_for_update(of=("self",)).select_related("organization", "user")
    return locked.get(pk=membership_id)


def active_roles(user_id: int, organization_id: int) -> frozenset[Role]:
    """Return the roles that a person holds in an organization, whatever its state; for services."""
    rows = Membership.objects.filter(
        user_id=user_id, organization_id=organization_id, state=MembershipState.ACTIVE
    )
    return frozenset(Role(role) for role in rows.values_list("role", flat=True))


def roles_of_people(organization: Organization, user_ids: Collection[int]) -> dict[int, set[Role]]:
    """Return the roles that each person holds in the organization, whatever its state; one statement."""
    found: dict[int, set[Role]] = {pk: set() for pk in user_ids}
    rows = Membership.objects.filter(
        organization=organization, user__in=user_ids, state=MembershipState.ACTIVE
    )
    for user_id, role in rows.values_list("user_id", "role"):
        found[user_id].add(Role(role))
    return found


def managers_of(organization: Organization, roles: Collection[Role] = MANAGING_ROLES) -> QuerySet[User]:
    """Return who manages the organization's people, or holds another of `roles`, whatever its state."""
    return User.objects.filter(
        memberships__organization=organization,
        memberships__role__in=roles,
        memberships__state=MembershipState.ACTIVE,
        is_active=True,
    ).distinct()


def organization_ids_of_people(user_ids: Iterable[int], since: datetime) -> dict[int, set[int]]:
    """Return the organizations to which each person belongs, or belonged at some time since then.

    Or asks to belong: a role that ended is the same row when it is asked for again, and when that is refused.
    """
    belongs = Q(ended_at__isnull=True) | Q(ended_at__gte=since)
    rows = Membership.objects.filter(belongs, user__in=list(user_ids))
    found: dict[int, set[int]] = defaultdict(set)
    for user_id, organization_id in rows.values_list("user_id", "organization_id"):
        found[user_id].add(organization_id)
    return found


def organizations_left_since(person: User, at: datetime) -> list[Organization]:
    """Return the organizations to which a person belonged at an instant and no longer does, by id.

    Admitted ones, and those that are suspended by now. A request that was withdrawn or refused was no
    membership.
    """
    left = _memberships_over().filter(user=person, created_at__lte=at, ended_at__gt=at)
    return list(Organization.objects.filter(pk__in=left.values("organization")).order_by("id"))


def times_of_former_people(user_ids: Iterable[int]) -> dict[int, list[tuple[int, Interval]]]:
    """Return, by person, the ids of organizations that they left, each with the time they belonged to it.

    Those that `organizations_left_since` knows; one statement.
    """
    rows = _memberships_over().filter(user__in=list(user_ids), created_at__lt=F("ended_at"))
    found: dict[int, list[tuple[int, Interval]]] = defaultdict(list)
    for user_id, organization_id, begin, end in rows.values_list(
        "user_id", "organization_id", "created_at", "ended_at"
    ):
        if end is not None:
            found[user_id].append((organization_id, Interval(begin, end)))
    return found


def _memberships_over() -> QuerySet[Membership]:
    """Return the memberships that have ended, in organizations that are admitted or suspended by now."""
    withdrawn = entries().filter(
        subject_type=Membership._meta.label,
        subject_id=OuterRef("public_id"),
        action="membership.withdrawn",
        at=OuterRef("ended_at"),
    )
    return Membership.objects.filter(
        ~Exists(withdrawn),
        state=MembershipState.ENDED,
        organization__state__in=(OrganizationState.ADMITTED, OrganizationState.SUSPENDED),
    )


def people_of(organization: Organization) -> QuerySet[User]:
    """Return everybody with an active role in the organization, whatever its state."""
    active = Membership.objects.filter(organization=organization, state=MembershipState.ACTIVE)
    return User.objects.filter(pk__in=active.values("user"), is_active=True).order_by("name", "id")


def people_asking(organization: Organization) -> QuerySet[User]:
    """Return everybody without a role who asks to be admitted to the organization, whatever its state.

    Who was invited or given another role meanwhile is one of its people, and told as such.
    """
    waiting = Membership.objects.filter(organization=organization, state=MembershipState.PENDING)
    asking = User.objects.filter(pk__in=waiting.values("user"), is_active=True)
    return asking.exclude(pk__in=people_of(organization).order_by().values("pk")).order_by("name", "id")


def successors(organization: Organization, user_id: int) -> QuerySet[User]:
    """Return the other active people of an organization, to whom a role can be handed over."""
    return (
        User.objects.filter(
            memberships__organization=organization,
            memberships__state=MembershipState.ACTIVE,
            is_active=True,
        )
        .exclude(pk=user_id)
        .distinct()
        .order_by("name", "id")
    )


def invitations_open(viewer: "Viewer", organization: Organization) -> QuerySet[Invitation]:
    """Return invitations that were neither accepted nor withdrawn, expired ones included, newest first.

    For who manages the organization's people.
    """
    if not roles_to_grant(viewer, organization):
        raise NotFound
    return (
        Invitation.objects.filter(
            organization=organization, accepted_at__isnull=True, withdrawn_at__isnull=True
        )
        .select_related("invited_by")
        .order_by("-created_at", "-id")
    )


def invitation(viewer: "Viewer", organization: Organization, public_id: str) -> Invitation:
    """Return one open invitation of the organization. Raises NotFound."""
    return require_found(invitations_open(viewer, organization).filter(public_id=public_id).first())


def invitation_by_secret(secret: str) -> Invitation | None:
    """Return the invitation whose mail carries this secret, in whatever state it is."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return (
        Invitation.objects.filter(digest=digest)
        .select_related("organization__district", "invited_by")
        .first()
    )


def invitation_problem(found: Invitation, now: datetime) -> InvitationOver | None:
    """Return why an invitation can't be accepted any more, or None while it can."""
    if found.accepted_at is not None:
        return InvitationTaken()
    if found.withdrawn_at is not None:
        return InvitationWithdrawn()
    if now >= found.expires_at:
        return InvitationExpired()
    inviter = found.invited_by
    if inviter.is_active and Role(found.role) in roles_to_grant(inviter, found.organization):
        return None
    is_suspended = found.organization.state == OrganizationState.SUSPENDED
    return InvitationSuspended() if is_suspended else InviterDismissed()


def waiting_requests(viewer: "Viewer", organizations: Iterable[Organization]) -> dict[int, int]:
    """Return how many people ask to be admitted, by organization whose people the viewer manages.

    One statement.
    """
    managed = [one.pk for one in organizations if roles_to_grant(viewer, one)]
    rows = (
        Membership.objects.filter(organization__in=managed, state=MembershipState.PENDING)
        .values_list("organization_id")
        .annotate(Count("pk"))
        .order_by()
    )
    return dict(rows)


def organizations_held_alone(viewer: User) -> list[Organization]:
    """Return the organizations that nobody would answer for without the viewer; two statements."""
    own = Membership.objects.filter(user=viewer, state=MembershipState.ACTIVE).select_related("organization")
    return [one.organization for one in held_alone(own.order_by("id"))]


def is_held_alone(membership: Membership) -> bool:
    """Return whether ending an active role would leave nobody who answers for the organization."""
    return bool(held_alone([membership]))


def held_alone(held: Iterable[Membership]) -> list[Membership]:
    """Return those of some active roles that nobody else has and somebody must have; one statement.

    A system administrator's is looked for in every admitted organization, as it counts nowhere else. A
    refused registration needs nobody: who registered it may leave it.
    """
    answering = [one for one in held if one.role in MANAGING_ROLES or one.role == Role.SYSADMIN]
    if not answering:
        return []
    within = Q(organization__in={one.organization_id for one in answering}, role__in=MANAGING_ROLES)
    within |= Q(organization__state=OrganizationState.ADMITTED, role=Role.SYSADMIN)
    holders = set(
        Membership.objects.filter(within, state=MembershipState.ACTIVE, user__is_active=True).values_list(
            "organization_id", "role", "user_id"
        )
    )
    return [
        one
        for one in answering
        if one.organization.state != OrganizationState.REFUSED
        and is_last(
            Role(one.role),
            {
                Role(role)
                for where, role, user_id in holders
                if user_id != one.user_id and (one.role == Role.SYSADMIN or where == one.organization_id)
            },
        )
    ]


def registrations_waiting(viewer: User) -> QuerySet[Organization]:
    """Return the organizations that the viewer registered and the bureau has yet to decide on."""
    return Organization.objects.filter(registered_by=viewer, state=OrganizationState.PENDING).order_by("id")
