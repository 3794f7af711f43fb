"""Sections of desks: a page of what waits, and how much waits in all."""

from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from instrument_share.web import cursor

T = TypeVar("T", bound=Model)


@dataclass(frozen=True)
class Queue(cursor.Page[T]):
    """A page of what waits, and `count`, how many wait in all."""

    count: int = 0


def read_queue(request: HttpRequest, rows: QuerySet[T], name: str, *ordering: str, limit: int) -> Queue[T]:
    """Return the page of a desk's list whose cursor has this name in the address.

    What stood on a later page may be settled meanwhile, or in another order in the other language: then it is
    the first one. Two statements, one where nothing waits.
    """
    read = partial(cursor.page, rows, ordering=ordering, limit=limit)
    try:
        found = read(cursor=request.GET.get(name))
    except cursor.CursorInvalid:
        found = read()
    if name in request.GET and not found.items:
        found = read()
    count = rows.order_by().count() if found.items else 0
    return Queue(found.items, found.next_cursor, count=count)
