"""Columns of codes that the database holds to their list, whatever the code does."""

from collections.abc import Iterable
from enum import Enum

from django.db.models import CheckConstraint, Q


def known_code(column: str, codes: Iterable[str | int | Enum], name: str) -> CheckConstraint:
    """Return the constraint that a column holds one of `codes`, or null where it may be null.

    Name it after its table and column. Who adds a code to the list makes the migration that widens it.
    """
    values = [one.value if isinstance(one, Enum) else one for one in codes]
    return CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)
