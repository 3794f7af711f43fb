"""The account to which a unit's statements are paid: one of its managers enters it."""

from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.statements.models import StatementAccount
from bookings.statements.selectors.accounts import get_present_account, statements_with_former_account
from bookings.statements.services.notifications import notify_of_account
from instrument_share.accounts.domain.bank_account import BankAccount
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def statement_account_enter(
    *, actor: "User", organization_id: int, holder: str, bank: str, number: str, now: datetime
) -> StatementAccount:
    """Enter the account that the unit's statements name from now on; all of its managers are told.

    What was sent keeps the account that it named; the payers of what is still to be paid are told to ask the
    unit. The same account again changes nothing. Raises AccountIncomplete, AccountNumberUnlikely.
    """
    require(actor, "bookings.manage_statements", SimpleNamespace(organization_id=organization_id))
    unit = organization_lock(organization_id)
    entered = BankAccount.parse(holder=holder, bank=bank, number=number)
    present = get_present_account(organization_id)
    if present is not None and BankAccount(present.holder, present.bank, present.number) == entered:
        return present
    account = StatementAccount.objects.create(
        organization=unit,
        holder=entered.holder,
        bank=entered.bank,
        number=entered.number,
        entered_at=now,
        entered_by=actor,
    )
    record(
        actor=actor,
        action="statement_account.entered",
        subject=account,
        now=now,
        organization_id=organization_id,
        details={"last_digits": account.number[-4:]},
    )
    notify_of_account(account, list(statements_with_former_account(account)), now)
    return account
