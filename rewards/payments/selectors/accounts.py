"""The receiving accounts of units."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import managers_of, organization_ids, organizations_by_id
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from rewards.payments.models import PayeeAccount
from rewards.payments.selectors.payments import find_unpaid_units

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer


def account_keepers(unit: "Organization") -> "QuerySet[User]":
    """Return the managers of a unit; the administrators of an organization that only uses instruments.

    Also of a suspended one, to which money is owed.
    """
    return managers_of(unit, roles={Role.UNIT_MANAGER if unit.owns_instruments else Role.ORG_ADMIN})


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


class KeptAccount(NamedTuple):
    """A checked account of a unit, with the first and the last day on which it was the unit's.

    None stands for no bound: of the earliest account, and of the present one.
    """

    account: PayeeAccount
    first_date: date | None
    last_date: date | None


def get_kept_accounts(organization_id: int, since: date) -> list[KeptAccount]:
    """Return the accounts to which a unit can have been paid on days from `since` on, newest first.

    On the day on which one replaced another it can have been either. One statement.
    """
    return get_kept_accounts_by_unit([organization_id], since)[organization_id]


def get_kept_accounts_by_unit(
    organization_ids: Collection[int], since: date
) -> Mapping[int, list[KeptAccount]]:
    """Return the same of several units, by their ids. One statement."""
    entered: dict[int, list[PayeeAccount]] = {unit: [] for unit in organization_ids}
    for account in PayeeAccount.objects.filter(organization__in=organization_ids).order_by("-id"):
        entered[account.organization_id].append(account)
    return {unit: _find_kept(accounts, since) for unit, accounts in entered.items()}


def _find_kept(entered: Sequence[PayeeAccount], since: date) -> list[KeptAccount]:
    days = [account.entered_at.astimezone(CITY_TIME).date() for account in entered]
    kept = [
        KeptAccount(account, first, last)
        for account, first, last in zip(entered, days, [None, *days], strict=False)
        if account.checked_at is not None and (last is None or last >= since)
    ]
    return [*kept[:-1], *(earliest._replace(first_date=None) for earliest in kept[-1:])]


def accounts_to_check(viewer: "Viewer") -> QuerySet[PayeeAccount]:
    """Return present accounts that nobody has checked, longest waiting first; not what the viewer entered."""
    newer = PayeeAccount.objects.filter(organization=OuterRef("organization"), id__gt=OuterRef("id"))
    return (
        PayeeAccount.objects.filter(~Exists(newer), checked_at__isnull=True)
        .exclude(entered_by=viewer.pk)
        .select_related("organization", "entered_by")
        .order_by("entered_at", "id")
    )


def find_account_tasks(viewer: "Viewer", organization_ids: Collection[int]) -> dict[int, str]:
    """Return what a manager has to do before awards of their units can be paid: "enter" or "check", by unit.

    Who entered the account can't check it, so that it is nothing for them.
    """
    unpaid = find_unpaid_units(organization_ids)
    if not unpaid:
        return {}
    entered = PayeeAccount.objects.filter(organization__in=unpaid).values_list("organization", flat=True)
    to_check = accounts_to_check(viewer).filter(organization__in=unpaid)
    without_account = dict.fromkeys(unpaid - set(entered), "enter")
    return without_account | dict.fromkeys(to_check.values_list("organization", flat=True), "check")


def account_lock(account_id: int) -> PayeeAccount:
    """Return the account with its unit, locked until the transaction ends. Raises NotFound."""
    return require_found(
        PayeeAccount.objects.select_for_update(of=("self",))
        .select_related("organization")
        .filter(pk=account_id)
        .first()
    )
