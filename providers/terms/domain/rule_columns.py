"""The scalar terms of a rule as flat values: the columns of its row, and what the API and the open data give.

Everything is derived from the fields of TermsDraft. A length of time is a timedelta in the terms and a whole
number here, of the unit that the column's name ends with (`lead_minutes`, `horizon_days`); a set of codes is
a sorted list. Terms of several rows (opening hours, exceptions, quotas, prices) are not scalar.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from providers.terms.domain.terms import DAY, MINUTE, TermsDraft

UNIT_NAMES: Mapping[timedelta, str] = {MINUTE: "minutes", DAY: "days"}


@dataclass(frozen=True)
class RuleColumn:
    """A scalar term and its column. `type` is that of the flat value."""

    term: str
    name: str
    type: Any
    description: str
    """A marked literal."""
    to_flat: Callable[[Any], Any]
    to_term: Callable[[Any], Any]


def _columns() -> Iterator[RuleColumn]:
    hints = get_type_hints(TermsDraft)
    for term in fields(TermsDraft):
        kind, description = hints[term.name], term.metadata.get("description", "")
        if kind is timedelta:
            yield _length_column(term.name, term.metadata.get("unit", MINUTE), description)
        elif get_origin(kind) is frozenset:
            yield RuleColumn(term.name, term.name, list[str], description, _codes, _set_of(get_args(kind)[0]))
        elif get_origin(kind) is not tuple:
            flat = str if issubclass(kind, StrEnum) else kind
            yield RuleColumn(term.name, term.name, flat, description, flat, kind)


def _length_column(term: str, unit: timedelta, description: str) -> RuleColumn:
    return RuleColumn(
        term,
        f"{term.removesuffix('_length')}_{UNIT_NAMES[unit]}",
        int,
        description,
        to_flat=lambda length: length // unit,
        to_term=lambda number: number * unit,
    )


def _codes(members: frozenset[StrEnum]) -> list[str]:
    return sorted(member.value for member in members)


def _set_of(member: type[StrEnum]) -> Callable[[Any], frozenset[StrEnum]]:
    return lambda codes: frozenset(member(code) for code in codes)


RULE_COLUMNS: tuple[RuleColumn, ...] = tuple(_columns())


def terms_to_columns(terms: TermsDraft) -> dict[str, Any]:
    """The scalar terms by the names of their columns."""
    return {column.name: column.to_flat(getattr(terms, column.term)) for column in RULE_COLUMNS}


def terms_from_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The scalar terms of those columns that `values` has, as arguments for TermsDraft."""
    return {
        column.term: column.to_term(values[column.name]) for column in RULE_COLUMNS if column.name in values
    }


def terms_from_input(values: Mapping[str, Any]) -> dict[str, Any]:
    """The scalar terms among `values`, which are by term and whose codes are still text."""
    return {
        column.term: value if isinstance(value, timedelta) else column.to_term(value)
        for column in RULE_COLUMNS
        if (value := values.get(column.term)) is not None
    }
