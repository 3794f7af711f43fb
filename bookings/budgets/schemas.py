"""What a project spends, in the API."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from ninja import Schema
from pydantic import Field

from instrument_share.web.api.fields import PublicId

if TYPE_CHECKING:
    from bookings.budgets.selectors import Month
    from bookings.projects.domain.budget import Budget
    from bookings.projects.models import Project


class MonthOut(Schema):
    month: date = Field(description="its first day; what starts in it counts")
    committed_yuan: Decimal
    spent_yuan: Decimal
    number: int = Field(description="of bookings and uses")


class SpendingOut(Schema):
    """What a project's bookings take of its budget."""

    project: PublicId = Field(examples=["PRJ-7K2M9QX4TB"])
    budget_yuan: Decimal | None = Field(description="null: nothing bounds it")
    committed_yuan: Decimal = Field(description="quoted for bookings that wait, are approved or in use")
    spent_yuan: Decimal = Field(description="uses as they count now, late cancellations and no-shows")
    left_yuan: Decimal | None = Field(description="below zero where uses cost more than was quoted")
    months: list[MonthOut] = Field(description="the newest first")


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
