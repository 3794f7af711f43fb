"""Receiving accounts: a unit enters one, and a second person checks it."""

from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.bank_account import BankAccount
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, people_for_city
from instrument_share.accounts.services import role_holders_tell
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from rewards.payments.domain.errors import AccountCheckedBySame, AccountReplaced
from rewards.payments.models import PayeeAccount
from rewards.payments.selectors.accounts import account_keepers, account_lock, accounts_of

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

TO_CHECK = (
    gettext_noop("{unit} has named a receiving account for its awards; please check it."),
    gettext_noop("{unit} has named a receiving account for its vouchers; please check it."),
)
CHECKED = (
    gettext_noop("The receiving account of {unit} was checked; awards are paid to it."),
    gettext_noop("The receiving account of {unit} was checked; vouchers are paid to it."),
)
"""What is told of a unit, and of an organization that only uses instruments."""


@transaction.atomic
def account_enter(
    *, actor: "User", organization_id: int, holder: str, bank: str, number: str, now: datetime
) -> PayeeAccount:
    """Enter the unit's receiving account, which replaces the one before and waits for a check.

    The same account again changes nothing. Raises AccountIncomplete, AccountNumberUnlikely.
    """
    require(actor, "rewards.enter_account", SimpleNamespace(organization_id=organization_id))
    unit = organization_lock(organization_id)
    entered = BankAccount.parse(holder=holder, bank=bank, number=number)
    present = accounts_of(organization_id).first()
    if present is not None and BankAccount(present.holder, present.bank, present.number) == entered:
        return present
    account = PayeeAccount.objects.create(
        organization=unit,
        holder=entered.holder,
        bank=entered.bank,
        number=entered.number,
        entered_at=now,
        entered_by=actor,
    )
    _record(actor, "account.entered", account, now)
    checkers = people_for_city(Role.FINANCE_OFFICER) | account_keepers(unit)
    notify(
        users=checkers.exclude(pk=actor.pk),
        kind=NotificationKind.ASSESSMENT,
        message=_choose(unit, TO_CHECK),
        params={"unit": Bilingual(unit.name_zh, unit.name_en)},
        path=page_address("payee_account", unit.public_id),
        now=now,
    )
    return account


@transaction.atomic
def account_check(*, actor: "User", account_id: int, now: datetime) -> PayeeAccount:
    """Confirm that the unit's present account is right, as somebody other than who entered it.

    A second time changes nothing. Raises AccountCheckedBySame, AccountReplaced.
    """
    account = account_lock(account_id)
    require(actor, "rewards.check_account", account)
    if account.entered_by_id == actor.pk:
        raise AccountCheckedBySame
    if accounts_of(account.organization_id).values_list("pk", flat=True).first() != account.pk:
        raise AccountReplaced
    if account.checked_at is not None:
        return account
    account.checked_at, account.checked_by = now, actor
    account.save(update_fields=["checked_at", "checked_by"])
    _record(actor, "account.checked", account, now)
    unit = account.organization
    role_holders_tell(
        unit,
        account_keepers(unit),
        _choose(unit, CHECKED),
        now,
        kind=NotificationKind.ASSESSMENT,
        params={"unit": Bilingual(unit.name_zh, unit.name_en)},
        path=page_address("payee_account", unit.public_id),
    )
    return account


def _choose(unit: "Organization", messages: tuple[str, str]) -> str:
    return messages[not unit.owns_instruments]


def _record(actor: "User", action: str, account: PayeeAccount, now: datetime) -> None:
    details = {"last_digits": account.number[-4:], "sha256": account.fingerprint}
    record(
        actor=actor,
        action=action,
        subject=account,
        now=now,
        organization_id=account.organization_id,
        details=details,
    )
