"""How the amounts of a statement came about, in the reader's words."""

from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.requests.words import describe_price_line

if TYPE_CHECKING:
    from bookings.statements.models import StatementLine


def describe_price(line: "StatementLine") -> list[str]:
    """Return the quantities and prices of which a use's amount is the sum.

    Nothing for charges, and where the amount was entered or corrected.
    """
    if line.log is None or line.corrects is not None:
        return []
    parts = line.log.price
    if sum(Decimal(one["amount_yuan"]) for one in parts) != line.amount_yuan:
        return []
    return [describe_price_line(one) for one in parts]
