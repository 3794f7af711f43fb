"""Pages of a list by key: stable while rows come and go, and as fast on the last page as on the first.

A cursor holds the values by which the last row was sorted. It is signed together with the tables and the
ordering, so that nobody can invent one or use one of another list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet

from instrument_share.databases.blank_texts import IsBlank
from instrument_share.kernel.errors import DomainError, gettext_noop

T = TypeVar("T", bound=Model)
DEFAULT_LIMIT = 50


class CursorInvalid(DomainError):
    code = "cursor.invalid"
    message = gettext_noop("This page cursor is not valid for this list. Start again from the first page.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page; `next_cursor` is None on the last. `is_cut`: more follow, which can't be paged to."""

    items: list[T]
    next_cursor: str | None
    is_cut: bool = False


@dataclass(frozen=True)
class Index(Generic[T]):
    """Where an index of another table holds the order of a list.

    `keys` has the ordering's columns, the last of them `key`: primary keys of the list. What it lacks has
    `last` in the first column, which it never has itself. `rows` reads what has such a key, and asks nothing
    more: a condition could tempt the database to begin with that.
    """

    keys: QuerySet[Any]
    last: Any
    rows: QuerySet[T]


def page(
    queryset: QuerySet[T],
    *,
    ordering: Sequence[str],
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    index: Index[T] | None = None,
) -> Page[T]:
    """One page of `queryset`: the `limit` rows after `cursor`, or the first ones.

    `ordering` names columns as `order_by` does, paths over `__`, annotations and `__is_blank` included, none
    of them nullable; the last must be unique ("id"). One query; with an `index` a second one where it runs
    out. Raises CursorInvalid.
    """
    salt = _salt([queryset], ordering)
    after = _after(ordering, _values(cursor, salt)) if cursor else Q()
    rows: list[T] = []
    if index:
        keys = index.keys.filter(after).order_by(*ordering).values("key")[: limit + 1]
        rows = list(index.rows.filter(pk__in=keys).order_by(*ordering))
        queryset = queryset.filter(**{ordering[0]: index.last})
    if len(rows) <= limit:
        rows += queryset.filter(after).order_by(*ordering)[: limit + 1 - len(rows)]
    return _cut(rows, ordering, limit, salt)


def page_by_number(
    queryset: QuerySet[T],
    *,
    ordering: Sequence[str],
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    most: int,
) -> Page[T]:
    """One page of an order that no column holds, such as relevance: the cursor counts the rows before it.

    Nobody reads on for ever, and the database sorts all for each page: behind `most` rows there is no next
    one. One query. Raises CursorInvalid.
    """
    salt = _salt([queryset], ordering)
    begins = _values(cursor, salt)[0] if cursor else 0
    if not isinstance(begins, int) or not 0 <= begins < most:
        raise CursorInvalid
    ends = min(begins + limit, most)
    rows = list(queryset.order_by(*ordering)[begins : ends + 1])
    shown = rows[: ends - begins]
    if len(rows) == len(shown):
        return Page(shown, None)
    if ends == most:
        return Page(shown, None, is_cut=True)
    return Page(shown, signing.dumps([ends], salt=salt))


def page_of_several(
    querysets: Sequence[QuerySet[Any]],
    *,
    ordering: Sequence[str],
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Any]:
    """One page of the rows of several tables in one order, by columns or annotations that each of them has.

    The last column is unique among all of them, as public ids are; all ascending. One query for each.
    Raises CursorInvalid.
    """
    salt = _salt(querysets, ordering)
    after = _after(ordering, _values(cursor, salt)) if cursor else Q()
    rows = sorted(
        (row for one in querysets for row in one.filter(after).order_by(*ordering)[: limit + 1]),
        key=lambda row: [_column(row, column) for column in ordering],
    )
    return _cut(rows, ordering, limit, salt)


def _after(ordering: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind these values: later in the first column, or equal there and later in the second, …"""
    condition = Q()
    equal = Q()
    for column, value in zip(ordering, values, strict=True):
        name = column.removeprefix("-")
        comparison = "lt" if column.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    return condition


def _cut(rows: list[T], ordering: Sequence[str], limit: int, salt: str) -> Page[T]:
    """Return the page of these rows; those beyond the limit only show that there is a next one."""
    if len(rows) <= limit:
        return Page(rows, None)
    last = [_plain(_column(rows[limit - 1], column)) for column in ordering]
    return Page(rows[:limit], signing.dumps(last, salt=salt))


def _values(cursor: str, salt: str) -> list[Any]:
    try:
        return [_typed(value) for value in signing.loads(cursor, salt=salt)]
    except signing.BadSignature:
        raise CursorInvalid from None


def _salt(querysets: Sequence[QuerySet[Any]], ordering: Sequence[str]) -> str:
    tables = [one.model._meta.label for one in querysets]
    return f"cursor:{','.join(tables)}:{','.join(ordering)}"


def _column(row: Any, column: str) -> Any:
    for name in column.removeprefix("-").split("__"):
        row = not row if name == IsBlank.lookup_name else getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case UUID():
            return {"uuid": str(value)}
    return value


def _typed(value: Any) -> Any:
    match value:
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"decimal": text}:
            return Decimal(text)
        case {"uuid": text}:
            return UUID(text)
    return value
