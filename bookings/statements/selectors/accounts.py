"""The accounts to which the statements of units are paid."""

from django.db.models import QuerySet

from bookings.statements.models import StatementAccount


def statement_accounts(organization_id: int) -> QuerySet[StatementAccount]:
    """Return every account that a unit entered for its statements, newest first; the caller manages it."""
    found = StatementAccount.objects.filter(organization=organization_id)
    return found.select_related("entered_by", "organization").order_by("-id")


def get_present_account(organization_id: int) -> StatementAccount | None:
    """Return the account that a statement of the unit names if it is sent now; None where it has none."""
    return statement_accounts(organization_id).first()
