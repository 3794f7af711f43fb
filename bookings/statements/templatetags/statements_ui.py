"""Template tags of statements."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from bookings.statements.domain.states import get_label_code, is_overdue
from bookings.statements.reports import describe_price
from bookings.statements.selectors.statements import Debt, get_outstanding
from bookings.statements.views.statement_list import get_payer_name
from bookings.statements.views.statements import get_band_names

register = template.Library()
register.filter("payer_name", get_payer_name)
register.filter(describe_price)
register.filter("outstanding", get_outstanding)


@register.filter
def named_bands(debt: Debt) -> list[tuple[str, Decimal]]:
    """Return what is owed with the name of each band of age."""
    return list(zip(get_band_names(), debt.bands, strict=True))


@register.filter
def state_code(statement: Any) -> str:
    """Return the code of the label of a statement that `statements` has returned."""
    return get_label_code(statement.state, statement.owed_yuan)


@register.filter
def overdue_on(statement: Any, day: date) -> bool:
    """Return whether a statement that `statements` has returned is overdue on that day."""
    return is_overdue(statement.state, statement.pay_by, statement.owed_yuan, day)
