"""What a project spends, in the API."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from ninja import Schema
from pydantic import Field

from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import PublicId

if TYPE_CHECKING:
    from bookings.budgets.selectors import Month
    from bookings.projects.domain.budget import Budget
    from bookings.projects.models import Project


class MonthOut(Schema):
    month: date = Field(description=_("its first day; what starts in it counts"))
    committed_yuan: Decimal = Field(
        description=_("quoted for bookings of the month that wait, are approved or in use, in yuan")
    )
    spent_yuan: Decimal = Field(description=_("uses, late cancellations and no-shows of the month, in yuan"))
    number: int = Field(description=_("how many bookings and uses these are"))


class SpendingOut(Schema):
    """What a project's bookings take of its budget."""

    project: PublicId = Field(examples=["PRJ-7K2M9QX4TB"], description=_("the project"))
    budget_yuan: Decimal | None = Field(description=_("the budget, in yuan; null: nothing bounds it"))
    committed_yuan: Decimal = Field(
        description=_("quoted for bookings that wait, are approved or in use, in yuan")
    )
    spent_yuan: Decimal = Field(
        description=_("uses as they count now, late cancellations and no-shows, in yuan")
    )
    left_yuan: Decimal | None = Field(
        description=_(
            "what is left, in yuan; below zero where uses cost more than was quoted; null: nothing bounds it"
        )
    )
    months: list[MonthOut] = Field(description=_("month by month, the newest first"))


def serialize_spending(project: "Project", budget: "Budget", months: "list[Month]") -> SpendingOut:
    """Return the figures of a project."""
    return SpendingOut(
        project=project.public_id,
        budget_yuan=budget.limit_yuan,
        committed_yuan=budget.committed_yuan,
        spent_yuan=budget.spent_yuan,
        left_yuan=budget.left_yuan,
        months=[
            MonthOut(
                month=one.first_date,
                committed_yuan=one.committed_yuan,
                spent_yuan=one.spent_yuan,
                number=one.number,
            )
            for one in months
        ],
    )
