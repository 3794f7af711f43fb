"""The accounts to which the statements of units are paid."""

from django.db.models import QuerySet

from bookings.statements.domain.states import OPEN_STATES
from bookings.statements.models import Statement, StatementAccount


def statement_accounts(organization_id: int) -> QuerySet[StatementAccount]:
    """Return every account that a unit entered for its statements, newest first; the caller manages it."""
    found = StatementAccount.objects.filter(organization=organization_id)
    return found.select_related("entered_by", "organization").order_by("-id")


def get_present_account(organization_id: int) -> StatementAccount | None:
    """Return the account that a statement of the unit names if it is sent now; None where it has none."""
    return statement_accounts(organization_id).first()


def statements_with_former_account(present: StatementAccount) -> QuerySet[Statement]:
    """Return the unit's statements that are still to be paid and name another account than its present one.

    The same account entered again after another is not another one.
    """
    to_be_paid = Statement.objects.filter(
        organization=present.organization_id, state__in=OPEN_STATES, total_yuan__gt=0, account__isnull=False
    )
    return (
        to_be_paid.exclude(
            account__holder=present.holder, account__bank=present.bank, account__number=present.number
        )
        .select_related("organization", "payer_organization", "payer_person")
        .order_by("id")
    )


def get_account_entered_since(statement: Statement) -> StatementAccount | None:
    """Return the unit's present account where a statement that is still to be paid names another one."""
    present = get_present_account(statement.organization_id)
    if present is None or not statements_with_former_account(present).filter(pk=statement.pk).exists():
        return None
    return present
