"""The catalogue as people and programs ask it: words, filters, a time that has to be free, an order."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, QuerySet

from bookings.requests.selectors.holds import NEVER, free_at, next_free_keys, with_next_free
from instrument_share.kernel.interval import Interval
from instrument_share.web import cursor as cursors
from providers import public as providers
from providers.domain import NO_HOURLY_PRICE

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

MOST_BY_RELEVANCE = 200


class Order(StrEnum):
    """The orders of the catalogue."""

    RELEVANCE = "relevance"
    NEXT_FREE = "next_free"
    PRICE = "price"
    NAME = "name"


COLUMNS = {
    Order.RELEVANCE: ("-relevance", "next_free_order", "id"),
    Order.NEXT_FREE: ("next_free_order", "key"),
    Order.PRICE: ("price_order", "key"),
    Order.NAME: ("name_zh", "id"),
}


@dataclass(frozen=True)
class Found:
    """What a viewer's search finds at an instant, not read yet. `with_most` says that nothing has all of the
    words, and these have some of them.
    """

    viewer: "Viewer"
    search: providers.Search
    asked: providers.CatalogueFilters
    now: "datetime"
    fitting: "QuerySet[Instrument]"
    order: Order
    with_most: bool = False

    @property
    def instruments(self) -> "QuerySet[Instrument]":
        by = providers.filter_partly_matching if self.with_most else providers.filter_matching
        return by(self.fitting, self.search)

    def loosened(self) -> "Found":
        """The same for who has found nothing by several words: what has some of them, most of them first."""
        return replace(self, with_most=True) if len(self.search.clauses) > 1 else self

    def page(self, cursor: str | None, limit: int) -> "cursors.Page[Instrument]":
        """By key where a column holds the order, by number where it is relevance; one statement, and a second
        one where an index runs out.
        """
        found, ordering = self.instruments, COLUMNS[self.order]
        rows = self._with_columns(found)
        if self.order is not Order.RELEVANCE:
            index = self._index(found)
            return cursors.page(rows, ordering=ordering, cursor=cursor, limit=limit, index=index)
        rows = providers.with_relevance(rows, self.search)
        return cursors.page_by_number(
            rows, ordering=ordering, cursor=cursor, limit=limit, most=MOST_BY_RELEVANCE
        )

    def _with_columns(self, queryset: "QuerySet[Instrument]") -> "QuerySet[Instrument]":
        rows = providers.with_prices(
            self.viewer, queryset, self.now, user_kind=self.asked.user_kind, mode=self.asked.mode
        )
        return with_next_free(rows).annotate(key=F("pk"))

    def _index(self, found: "QuerySet[Instrument]") -> "cursors.Index[Instrument] | None":
        """What was found, in the order of an index that holds it. What words find is sorted: it is sooner
        looked up than met along an index.
        """
        if self.search.is_asked:
            return None
        among = Exists(found.filter(pk=OuterRef("key")))
        rows = self._with_columns(providers.instruments_with_related())
        if self.order is Order.NEXT_FREE:
            return cursors.Index(next_free_keys().filter(among), NEVER, rows)
        if self.order is Order.PRICE:
            prices = providers.price_keys(self.viewer, self.asked, self.now)
            if prices is not None:
                return cursors.Index(prices.filter(among), NO_HOURLY_PRICE, rows)
        return None


def catalogue_search(
    viewer: "Viewer",
    *,
    search: providers.Search = providers.EVERYTHING,
    asked: providers.CatalogueFilters = providers.NO_FILTERS,
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
    return Found(viewer, search, asked, now, free_at(fitting, free) if free else fitting, order)
