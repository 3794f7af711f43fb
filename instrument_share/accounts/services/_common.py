"""Parts that the writers of organizations share."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from django.db.models import QuerySet


def record_change(
    actor: User | None, action: str, organization: Organization, now: datetime, **details: Any
) -> None:
    """Record a change of an organization in the journal."""
    record(
        actor=actor,
        action=action,
        subject=organization,
        now=now,
        organization_id=organization.pk,
        details=details,
    )


def record_membership(
    actor: User | None, action: str, membership: Membership, now: datetime, **details: Any
) -> None:
    """Record a change of a person's role in the journal."""
    record(
        actor=actor,
        action=action,
        subject=membership,
        now=now,
        organization_id=membership.organization_id,
        details={"user": membership.user.public_id, "role": membership.role, **details},
    )


def tell_officers(organization: Organization, message: str, now: datetime) -> None:
    """Notify the officers who supervise the organization."""
    notify(
        users=selectors.officers_of(organization),
        message=message,
        params={"name": Bilingual(organization.name_zh, organization.name_en)},
        path=page_address("organization", organization.public_id),
        now=now,
    )


def tell_managers(organization: Organization, message: str, now: datetime, **params: Any) -> None:
    """Notify who manages the organization's people, by default with its own name and reason."""
    _tell(selectors.managers_of(organization), organization, message, now, **params)


def tell_people(organization: Organization, message: str, now: datetime) -> None:
    """Notify everybody with a role in the organization, with the reason that it carries."""
    _tell(selectors.people_of(organization), organization, message, now)


def _tell(
    users: "QuerySet[User]", organization: Organization, message: str, now: datetime, **params: Any
) -> None:
    notify(
        users=users,
        message=message,
        params={
            "name": Bilingual(organization.name_zh, organization.name_en),
            "reason": organization.reason,
            **params,
        },
        path=page_address("organization", organization.public_id),
        now=now,
    )


def activate_membership(
    user: User, organization: Organization, role: Role, now: datetime
) -> tuple[Membership, bool]:
    """Give a person a role, under the organization's lock.

    Returns the membership, now active, and whether it was not active before. One that was over begins anew.
    """
    membership = Membership.objects.filter(user=user, organization=organization, role=role.value).first()
    if membership is None:
        active = MembershipState.ACTIVE.value
        made = Membership.objects.create(
            user=user, organization=organization, role=role.value, state=active, created_at=now
        )
        return made, True
    if membership.state == MembershipState.ACTIVE:
        return membership, False
    if membership.state != MembershipState.PENDING:
        membership.created_at = now
    membership.state = MembershipState.ACTIVE.value
    membership.reason, membership.ended_at = "", None
    membership.save(update_fields=["state", "reason", "ended_at", "created_at"])
    return membership, True


def grant_implied_role(
    organization: Organization, person: User, role: Role, *, actor: User, now: datetime
) -> bool:
    """Give a person a role that follows from what the organization is; one that had ended begins again.

    Returns whether they did not have it before.
    """
    membership, is_new = activate_membership(person, organization, role, now)
    if is_new:
        record_membership(actor, "membership.granted", membership, now)
    return is_new
