"""What payers and units are told about statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from bookings.requests.selectors.scope import PAYING_ROLES
from bookings.statements.models import Statement, StatementAccount
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import people_with_role
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

SENT = gettext_noop(
    "{unit} sent {payer} statement {number} of ¥{amount}. Confirm or dispute it; it is due by {due}."
)
SENT_WITHOUT_DEBT = gettext_noop(
    "{unit} sent {payer} statement {number} of ¥{amount}. Nothing is to be paid. Confirm or dispute it."
)
ANSWERED = gettext_noop("{unit} answered the dispute about statement {number}: {text}")
ANSWERED_DUE = gettext_noop(
    "{unit} answered the dispute about statement {number}, which is due by {due} now: {text}"
)
PAID = gettext_noop("{unit} recorded a payment of ¥{paid} for statement {number}.")
REVERSED = gettext_noop(
    "{unit} reversed the payment of ¥{paid} recorded for statement {number}, which is outstanding again: "
    "{reason}"
)
OVERDUE = gettext_noop(
    "Statement {number} from {unit} to {payer} was due by {due}; ¥{owed} is still outstanding."
)
CONFIRMED = gettext_noop("{payer} confirmed statement {number} of ¥{amount}.")
CONFIRMED_CREDIT = gettext_noop(
    "{payer} confirmed the credit of ¥{credit} on statement {number}. Your unit pays it back."
)
DISPUTED = gettext_noop("{payer} disputes statement {number}: {text}")
ACCOUNT_ENTERED = gettext_noop(
    "{person} entered an account for statements of {unit}: {holder}, {bank}, number ending in {digits}. "
    "Statements that are sent from now on name it. If it is not right, enter the right one at once."
)
ACCOUNT_REPLACED = gettext_noop(
    "{person} entered another account for statements of {unit}: {holder}, {bank}, number ending in {digits}. "
    "Unpaid statements that name an earlier account: {count}. Their payers are told to ask your unit before "
    "they pay. If the account is not right, enter the right one at once."
)
ASK_BEFORE_PAYING = gettext_noop(
    "{unit} has entered another account (ending in {digits}) since it sent {payer} statement {number}. Ask "
    "the unit before you pay."
)
Text = str | Promise


def notify_payer(statement: Statement, message: str, now: datetime, **params: Any) -> None:
    """Tell who pays the statement, or who answers for the organization that does."""
    _notify(_people_of_payer(statement), statement, message, now, params)


def notify_unit(statement: Statement, message: str, now: datetime, **params: Any) -> None:
    """Tell the managers of the unit."""
    managers = people_with_role(Role.UNIT_MANAGER, statement.organization_id)
    _notify(managers, statement, message, now, params)


def notify_of_account(account: StatementAccount, former: Sequence[Statement], now: datetime) -> None:
    """Tell all managers of the unit, also who entered it: nobody changes it in another's name unnoticed.

    So are the payers of `former`, the statements to be paid that name another account.
    """
    for statement in former:
        notify_payer(statement, ASK_BEFORE_PAYING, now, digits=account.number[-4:])
    unit = account.organization
    notify(
        users=people_with_role(Role.UNIT_MANAGER, unit.pk),
        message=ACCOUNT_REPLACED if former else ACCOUNT_ENTERED,
        now=now,
        path=page_address("statement_account", unit.public_id),
        params={
            "person": account.entered_by.name,
            "unit": _name(unit),
            "holder": account.holder,
            "bank": account.bank,
            "digits": account.number[-4:],
            "count": len(former),
        },
        kind=NotificationKind.STATEMENTS,
    )


def _people_of_payer(statement: Statement) -> "Iterable[User]":
    if statement.payer_person is not None:
        return [statement.payer_person]
    organization_id = statement.payer_organization_id
    return {person for role in PAYING_ROLES for person in people_with_role(role, organization_id)}


def _notify(
    people: "Iterable[User]", statement: Statement, message: str, now: datetime, params: dict[str, Any]
) -> None:
    """Tell them; every number among the parameters is an amount in yuan."""
    known = {
        "unit": _name(statement.organization),
        "payer": _name(statement.payer_organization) or statement.payer_person.name,  # type: ignore[union-attr]
        "number": str(statement),
        "amount": statement.total_yuan,
        "due": statement.due_date,
    } | params
    path = page_address("statement", statement.public_id)
    notify(
        users=people,
        message=message,
        now=now,
        path=path,
        params={name: f"{one:,.2f}" if isinstance(one, Decimal) else one for name, one in known.items()},
        kind=NotificationKind.STATEMENTS,
    )


def _name(organization: Any) -> Bilingual | None:
    return organization and Bilingual(organization.name_zh, organization.name_en)
