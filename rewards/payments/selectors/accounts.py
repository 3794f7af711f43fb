"""The receiving accounts of units."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import organization_ids, organizations_by_id, people_with_role
from instrument_share.kernel.errors import require_found
from rewards.payments.models import PayeeAccount

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def account_keepers(unit: "Organization") -> "QuerySet[User]":
    """Return the managers of a unit; the administrators of an organization that only uses instruments."""
    return people_with_role(Role.UNIT_MANAGER if unit.owns_instruments else Role.ORG_ADMIN, unit.pk)


def get_account_owner(public_id: str) -> "Organization":
    """Return an organization of any state: money is owed to one that is suspended, too. Raises NotFound."""
    owners = organizations_by_id(organization_ids([public_id]).values())
    return require_found(next(iter(owners.values()), None))


def accounts_of(organization_id: int) -> QuerySet[PayeeAccount]:
    """Return every account that a unit entered, newest first; the first one is the present one."""
    return (
        PayeeAccount.objects.filter(organization=organization_id)
        .select_related("entered_by", "checked_by", "organization")
        .order_by("-id")
    )


def get_accounts(organization_ids: Collection[int]) -> Mapping[int, PayeeAccount]:
    """Return the present account of each unit that has entered one, by its id. One statement."""
    rows = PayeeAccount.objects.filter(organization__in=organization_ids).order_by("id")
    return {row.organization_id: row for row in rows}


def accounts_to_check() -> QuerySet[PayeeAccount]:
    """Return present accounts that nobody has checked, longest waiting first."""
    newer = PayeeAccount.objects.filter(organization=OuterRef("organization"), id__gt=OuterRef("id"))
    return (
        PayeeAccount.objects.filter(~Exists(newer), checked_at__isnull=True)
        .select_related("organization", "entered_by")
        .order_by("entered_at", "id")
    )


def account_lock(account_id: int) -> PayeeAccount:
    """Return the account with its unit, locked until the transaction ends. Raises NotFound."""
    return require_found(
        PayeeAccount.objects.select_for_update(of=("self",))
        .select_related("organization")
        .filter(pk=account_id)
        .first()
    )
