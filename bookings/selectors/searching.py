"""The catalogue as people and programs ask it: words, filters, a time that has to be free, an order."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from bookings.selectors.holds import free_at, with_next_free
from instrument_share.kernel.interval import Interval
from instrument_share.web import cursor as cursors
from providers import selectors as providers

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

MOST_BY_RELEVANCE = 200


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEXT_FREE = "next_free"
    PRICE = "price"
    NAME = "name"


COLUMNS = {
    Order.RELEVANCE: ("-relevance", "next_free_order", "id"),
    Order.NEXT_FREE: ("next_free_order", "id"),
    Order.PRICE: ("price_order", "id"),
    Order.NAME: ("name_zh", "id"),
}


@dataclass(frozen=True)
class Found:
    """What a search finds, not read yet. `with_most` says that nothing has all of the words, and these have
    some of them.
    """

    search: providers.Search
    fitting: "QuerySet[Instrument]"
    order: Order
    with_most: bool = False

    @property
    def instruments(self) -> "QuerySet[Instrument]":
        by = providers.found_by_most if self.with_most else providers.found_by
        return by(self.fitting, self.search)

    def loosened(self) -> "Found":
        """The same for who has found nothing by several words: what has some of them, most of them first."""
        return replace(self, with_most=True) if len(self.search.clauses) > 1 else self

    def page(self, cursor: str | None, limit: int) -> "cursors.Page[Instrument]":
        """By key where a column holds the order, by number where it is relevance; one statement."""
        rows, ordering = with_next_free(self.instruments), COLUMNS[self.order]
        if self.order is not Order.RELEVANCE:
            return cursors.page(rows, ordering=ordering, cursor=cursor, limit=limit)
        rows = providers.with_relevance(rows, self.search)
        return cursors.page_by_number(
            rows, ordering=ordering, cursor=cursor, limit=limit, most=MOST_BY_RELEVANCE
        )


def catalogue_search(
    viewer: "Viewer",
    *,
    search: providers.Search = providers.EVERYTHING,
    asked: providers.Asked = providers.ANYTHING,
    free: Interval | None = None,
    order: Order | None = None,
    now: "datetime",
) -> Found:
    """Published instruments that fit and are free for all of `free`. Without an order, what fits best comes
    first where words are searched, and what is free first otherwise. Nothing is read yet.
    """
    if order is None or (order is Order.RELEVANCE and not search.is_asked):
        order = Order.RELEVANCE if search.is_asked else Order.NEXT_FREE
    fitting = providers.catalogue(viewer, asked, at=now)
    return Found(search, free_at(fitting, free) if free else fitting, order)
