"""Columns of a list that sort it, and the addresses that keep its filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.http import HttpRequest

from instrument_share.web.text.formats import name_columns


class ShownName(str):
    """In an order, the names in columns `<path>_zh` and `<path>_en` as the reader is shown them."""


@dataclass(frozen=True)
class ListColumn:
    """A column of a table. Without a `name`, which stands in the address, nobody can sort by it.

    `path`: what sorts it, as `order_by` names it and never null, a `ShownName`, or several; its name where
    there is none.
    `is_descending`: the first click puts the largest, or the latest, on top.
    """

    label: Any
    name: str = ""
    path: str | tuple[str, ...] = ""
    is_figure: bool = False
    is_descending: bool = False


@dataclass(frozen=True)
class ListHead:
    """A column's head: `address` sorts by it, or turns the order; `sorted` is the present direction."""

    label: Any
    address: str
    sorted: str
    is_figure: bool


@dataclass(frozen=True)
class ListTable:
    """The columns of a list, and its ordering for `cursor.page` as long as nobody asks for another.

    `first` is the word of that ordering in the address, where a column has it.
    """

    columns: Sequence[ListColumn]
    ordering: tuple[str, ...] = ("id",)
    first: str = ""

    def get_order(self, request: HttpRequest) -> str:
        """Return the word of the asked order (`name`, `-name`), or the first one."""
        word = request.GET.get("sort", "")
        return word if self._find(word) else self.first

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the ordering that the address asks for; it ends with the id."""
        word = request.GET.get("sort", "")
        column = self._find(word)
        if column is None:
            return tuple(_list_columns(self.ordering))
        sign = "-" if word.startswith("-") else ""
        paths = column.path if isinstance(column.path, tuple) else (column.path or column.name,)
        return tuple(f"{sign}{path}" for path in dict.fromkeys(_list_columns((*paths, "id"))))

    def build_heads(self, request: HttpRequest, section: str = "") -> list[ListHead]:
        """Return the heads with the addresses of their orders; `section` is where these lead on the page."""
        return [self._build_head(request, column, section) for column in self.columns]

    @property
    def plain_heads(self) -> list[ListHead]:
        """Return the heads for a page on which the list is a part that nobody sorts."""
        return [ListHead(column.label, "", "", column.is_figure) for column in self.columns]

    def _build_head(self, request: HttpRequest, column: ListColumn, section: str) -> ListHead:
        now = self.get_order(request)
        name = column.name
        if not name:
            return ListHead(column.label, "", "", column.is_figure)
        direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
        is_next_descending = direction == "ascending" or (not direction and column.is_descending)
        following = f"-{name}" if is_next_descending else name
        address = get_address(request, sort=following) + section
        return ListHead(column.label, address, direction, column.is_figure)

    def _find(self, word: str) -> ListColumn | None:
        name = word.removeprefix("-")
        return next((one for one in self.columns if name and one.name == name), None)


def _list_columns(paths: Sequence[str]) -> list[str]:
    """Return the columns of an order, each `ShownName` as those that sort it in the reader's language."""
    shown = [name_columns(path) if isinstance(path, ShownName) else (path,) for path in paths]
    return list(chain.from_iterable(shown))


def get_address(request: HttpRequest, **changed: str) -> str:
    """Return the address of the list with something changed or left out, from its first page on."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
