"""What writers of organizations share: an entry in the journal, word to those concerned, a role that comes
with a state."""

from datetime import datetime
from typing import Any

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.journal.services import notify, record
from instrument_share.kernel.wording import Bilingual


def record_change(
    actor: User | None, action: str, organization: Organization, now: datetime, **details: Any
) -> None:
    record(
        actor=actor,
        action=action,
        subject=organization,
        now=now,
        organization_id=organization.pk,
        details=details,
    )


def tell_officers(organization: Organization, message: str, now: datetime) -> None:
    notify(
        users=selectors.officers_of(organization),
        message=message,
        params={"name": Bilingual(organization.name_zh, organization.name_en)},
        path=f"/organizations/{organization.public_id}/",
        now=now,
    )


def tell_managers(organization: Organization, message: str, now: datetime, reason: str | None = None) -> None:
    notify(
        users=selectors.managers_of(organization),
        message=message,
        params={
            "name": Bilingual(organization.name_zh, organization.name_en),
            "reason": organization.reason if reason is None else reason,
        },
        path=f"/organizations/{organization.public_id}/",
        now=now,
    )


def role_comes(organization: Organization, person: User, role: Role, *, actor: User, now: datetime) -> None:
    """A role that follows from what the organization is; one that had ended begins again."""
    membership, _created = Membership.objects.update_or_create(
        user=person,
        organization=organization,
        role=role.value,
        defaults={"state": MembershipState.ACTIVE.value, "ended_at": None, "reason": ""},
        create_defaults={"state": MembershipState.ACTIVE.value, "created_at": now},
    )
    record(
        actor=actor,
        action="membership.granted",
        subject=membership,
        now=now,
        organization_id=organization.pk,
        details={"user": person.public_id, "role": role.value},
    )
