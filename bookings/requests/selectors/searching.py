"""Search the catalogue by words, filters, free time and order."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, QuerySet

from bookings.requests.selectors.holds import NEVER, annotate_next_free, filter_bookable_on, next_free_keys
from bookings.requests.selectors.offers import filter_free, find_refused_by_links
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web import cursor as cursors
from instrument_share.web.text.formats import name_columns
from providers import public as providers
from providers.domain import NO_HOURLY_PRICE

if TYPE_CHECKING:
    from datetime import date

    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

MAX_BY_RELEVANCE = 200


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
}


@dataclass(frozen=True)
class CatalogueResult:
    """A lazy search result; `matches_most` when no instrument has all words and these have some."""

    viewer: "Viewer"
    search: providers.Search
    asked: providers.CatalogueFilters
    at: datetime
    """Whose rules the filters and prices are of: when the time that is asked for begins, else now."""
    fitting: "QuerySet[Instrument]"
    order: Order
    matches_most: bool = False
    refused: frozenset[int] = frozenset()
    """Instruments that are not free because of those booked with them."""

    @property
    def instruments(self) -> "QuerySet[Instrument]":
        """Return the instruments found."""
        by = providers.filter_partly_matching if self.matches_most else providers.filter_matching
        return by(self.fitting, self.search)

    def loosen(self) -> "CatalogueResult":
        """Return a result for instruments with some of several words; unchanged for a single word."""
        return replace(self, matches_most=True) if len(self.search.clauses) > 1 else self

    def with_fallback(self) -> "CatalogueResult":
        """Return the result, loosened where no instrument at all has every word."""
        loosened = self.loosen()
        return loosened if loosened.matches_most and not self.instruments.exists() else self

    def page_with_fallback(
        self, cursor: str | None, limit: int
    ) -> "tuple[CatalogueResult, cursors.Page[Instrument]]":
        """Return the result and its page, loosened where no instrument at all has every word.

        The later pages of a loosened result are those of the same result: an empty page alone does not tell.
        """
        page = self.page(cursor, limit)
        if page.items or (cursor and self.instruments.exists()):
            return self, page
        loosened = self.loosen()
        return (loosened, loosened.page(cursor, limit)) if loosened.matches_most else (self, page)

    def page(self, cursor: str | None, limit: int) -> "cursors.Page[Instrument]":
        """Return a page: by key for orders of columns, by number for relevance. At most two statements."""
        found, ordering = self.instruments, _list_columns(self.order)
        rows = self._with_columns(found)
        if self.order is not Order.RELEVANCE:
            index = self._index(found)
            return cursors.page(rows, ordering=ordering, cursor=cursor, limit=limit, index=index)
        rows = providers.with_relevance(rows, self.search)
        return cursors.page_by_number(
            rows, ordering=ordering, cursor=cursor, limit=limit, most=MAX_BY_RELEVANCE
        )

    def _with_columns(self, queryset: "QuerySet[Instrument]") -> "QuerySet[Instrument]":
        rows = providers.with_prices(
            self.viewer, queryset, self.at, user_kind=self.asked.user_kind, mode=self.asked.mode
        )
        return annotate_next_free(rows).annotate(key=F("pk"))

    def _index(self, found: "QuerySet[Instrument]") -> "cursors.Index[Instrument] | None":
        """Return the result in the order of an index; None where sorting is faster, as after words."""
        if self.search.is_asked:
            return None
        among = Exists(found.filter(pk=OuterRef("key")))
        rows = self._with_columns(providers.instruments_with_related())
        if self.order is Order.NEXT_FREE:
            return cursors.Index(next_free_keys().filter(among), NEVER, rows)
        if self.order is Order.PRICE:
            prices = providers.price_keys(self.viewer, self.asked, self.at)
            if prices is not None:
                return cursors.Index(prices.filter(among), NO_HOURLY_PRICE, rows)
        return None


def _list_columns(order: Order) -> tuple[str, ...]:
    """Return the columns of an order; names sort as the reader is shown them."""
    return (*name_columns(), "id") if order is Order.NAME else COLUMNS[order]


def search_catalogue(
    viewer: "Viewer",
    *,
    search: providers.Search = providers.EVERYTHING,
    asked: providers.CatalogueFilters = providers.NO_FILTERS,
    free: Interval | None = None,
    day: "date | None" = None,
    shown_day: "date | None" = None,
    order: Order | None = None,
    now: datetime,
    like: CatalogueResult | None = None,
) -> CatalogueResult:
    """Search published instruments that match and may be requested for `free`, or for some start on `day`.

    By default the best match comes first when words are given, otherwise what is free first. Filters and
    prices are those of the rule in force when that time or day begins, or `shown_day`, which does not narrow
    the result. `like` is a result for the same time, which spares reading links again.
    """
    if order is None or (order is Order.RELEVANCE and not search.is_asked):
        order = Order.RELEVANCE if search.is_asked else Order.NEXT_FREE
    at = _begin_of(free, day or shown_day, now)
    fitting = providers.catalogue(viewer, asked, at=at)
    refused: frozenset[int] = frozenset()
    if free is not None:
        refused = like.refused if like else find_refused_by_links(free, now)
        fitting = filter_free(fitting, free, now, refused)
    if day is not None:
        fitting = filter_bookable_on(fitting, day)
    return CatalogueResult(viewer, search, asked, at, fitting, order, refused=refused)


def _begin_of(free: Interval | None, day: "date | None", now: datetime) -> datetime:
    if free is not None:
        return free.start
    return now if day is None else max(now, datetime.combine(day, time(), CITY_TIME))
