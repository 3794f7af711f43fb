"""To which account of an organization went what is recorded by hand."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from instrument_share.kernel.wording import Bilingual
from rewards.payments.domain.errors import (
    AccountDiffers,
    AccountMissing,
    AccountNotThen,
    AccountReplacedThen,
    AccountUnchecked,
)
from rewards.payments.models import PayeeAccount
from rewards.payments.selectors.accounts import get_accounts, get_kept_accounts

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization


def require_account(organization: "Organization") -> PayeeAccount:
    """Return the present account of an organization. Raises AccountMissing, AccountUnchecked."""
    account = get_accounts([organization.pk]).get(organization.pk)
    lack = find_account_lack(account, organization)
    if lack is not None:
        raise lack
    assert account is not None, "a missing account is a lack"
    return account


def was_replaced(account: PayeeAccount, day: date) -> bool:
    """Return whether an organization had replaced a checked account before a day, and not named it again."""
    organization = account.organization_id
    if account.is_same_as(get_accounts([organization])[organization]):
        return False
    return not any(account.is_same_as(kept.account) for kept in get_kept_accounts(organization, since=day))


def find_account_lack(
    account: PayeeAccount | None, organization: "Organization"
) -> AccountMissing | AccountUnchecked | None:
    """Return why nothing can be paid to the present account of an organization; None where it can."""
    unit = Bilingual(organization.name_zh, organization.name_en)
    if account is None:
        return AccountMissing(unit=unit)
    return AccountUnchecked(unit=unit) if account.checked_at is None else None


@dataclass(frozen=True)
class Named:
    """What who records a payment says of its account.

    `shown` is the public id of the present account that the person was shown (None skips the comparison),
    `paid` that of the one that received the payment (None: the present one), `reason` why it was paid though
    it had been replaced.
    """

    shown: str | None = None
    paid: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Receiver:
    """The account that received a payment, and why it did though it had been replaced; empty otherwise."""

    account: PayeeAccount
    reason: str = ""


def require_receiver(organization: "Organization", named: Named, day: date, since: date) -> Receiver:
    """Return the account of an organization that received what was paid on a day.

    It was checked, and the organization's on that day. One that was replaced before received it for a reason,
    as where the bank carried out an order from before; not one that was replaced before `since`, the first
    day on which anything can have been ordered. Raises AccountMissing, AccountDiffers, AccountUnchecked,
    AccountNotThen, AccountReplacedThen.
    """
    unit = Bilingual(organization.name_zh, organization.name_en)
    present = get_accounts([organization.pk]).get(organization.pk)
    if present is None:
        raise AccountMissing(unit=unit)
    if named.shown not in (None, present.public_id):
        raise AccountDiffers(unit=unit)
    paid = named.paid or present.public_id
    if paid == present.public_id and present.checked_at is None:
        raise AccountUnchecked(unit=unit)
    reason = named.reason.strip()
    for account, first, last in get_kept_accounts(organization.pk, since):
        if account.public_id != paid or (first is not None and day < first):
            continue
        if last is None or day <= last:
            return Receiver(account)
        if not reason:
            raise AccountReplacedThen(unit=unit, date=last)
        return Receiver(account, reason)
    raise AccountNotThen(unit=unit, date=day)
