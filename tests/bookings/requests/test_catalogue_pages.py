"""Pages of the catalogue by next free time and by price have everything once, wherever one of them ends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from bookings.requests.models import NextFree
from bookings.requests.selectors import searching
from bookings.requests.selectors.searching import Order, search_catalogue
from bookings.requests.services.next_free import next_free_rebuild
from providers.instruments.models import Instrument
from providers.search.selectors.catalogue import CatalogueFilters
from providers.search.services.index import search_rebuild
from providers.terms.models import PriceLine
from tests import factories
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
NEVER, NOT_YET_KNOWN = "never", "not yet known"
BY_SAMPLE, NO_RULE = "by sample", "no rule"
SHELF = {
    # By internal number: in how many hours it is free, and what an hour costs.
    "A": (5, "70"),
    "B": (NEVER, "40"),
    "C": (2, BY_SAMPLE),
    "D": (5, "40"),
    "E": (NOT_YET_KNOWN, NO_RULE),
    "F": (NEVER, BY_SAMPLE),
    "G": (9, "40"),
    "H": (5, "55.50"),
}
OPEN = "ACDFG"


@pytest.fixture
def shelf(city):
    Instrument.objects.update(state="retired")
    for number, (hours, price) in SHELF.items():
        one = factories.instrument(city.owner, inner_number=number)
        if hours != NOT_YET_KNOWN:
            at = None if hours == NEVER else NOW + timedelta(hours=hours)
            NextFree.objects.create(instrument=one, at=at, computed_at=NOW)
        if price == BY_SAMPLE:
            PriceLine.objects.filter(rule=factories.rule(one)).update(unit="sample")
        elif price != NO_RULE:
            factories.rule(one, price)
        if number in OPEN:
            factories.windows(one)
    search_rebuild()
    return city


def paged(viewer, order, limit, statements, **more):
    """The internal numbers of all pages in turn, and the most statements that one of them took."""
    numbers, most, cursor = "", 0, None
    while True:
        found = search_catalogue(viewer, order=order, now=NOW, **more)
        pages = []
        sent = statements.of(lambda found=found, at=cursor, pages=pages: pages.append(found.page(at, limit)))
        numbers += "".join(one.inner_number for one in pages[0].items)
        most = max(most, len(sent))
        cursor = pages[0].next_cursor
        if cursor is None:
            return numbers, most


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 8, 50])
@pytest.mark.parametrize(("order", "expected"), [(Order.NEXT_FREE, "CADHGBEF"), (Order.PRICE, "BDGHACEF")])
def test_index_ordered_pages_list_each_instrument_once(shelf, statements, order, expected, limit):
    numbers, most = paged(VISITOR, order, limit, statements)
    assert numbers == expected
    assert most <= 2


def test_index_ordered_page_takes_one_query(shelf, statements):
    for order in (Order.NEXT_FREE, Order.PRICE):
        found = search_catalogue(VISITOR, order=order, now=NOW)
        assert len(statements.of(lambda found=found: found.page(None, 4))) == 1


def test_own_instruments_are_sorted_by_internal_price(shelf, statements):
    rule = Instrument.objects.get(inner_number="A").rules.get()
    PriceLine.objects.create(rule=rule, price_yuan=Decimal(10), user_kind="inside")
    search_rebuild()
    assert paged(shelf.manager, Order.PRICE, 3, statements)[0] == "ABDGHCEF"
    assert paged(VISITOR, Order.PRICE, 3, statements)[0] == "BDGHACEF"


def test_filters_and_free_time_narrow_index_ordered_list(shelf, statements):
    def ask(order, **more):
        return paged(VISITOR, order, 2, statements, **more)[0]

    free = slot(day=1, hour=9, length=2)
    assert ask(Order.NEXT_FREE, free=free) == "CADGF"
    assert ask(Order.PRICE, free=free) == "DGACF"
    assert ask(Order.NEXT_FREE, asked=CatalogueFilters(most_yuan=Decimal(50))) == "DGB"
    assert ask(Order.PRICE, asked=CatalogueFilters(user_kind="individual", most_yuan=Decimal(60))) == "BDGH"
    assert ask(Order.PRICE, asked=CatalogueFilters(unit="ORG-NOTHING")) == ""


def test_prices_are_those_of_the_time_that_is_asked_for(shelf):
    dear = Instrument.objects.get(inner_number="D")
    factories.rule(dear, "90", applies_from=slot(day=3, hour=0).start)
    search_rebuild()

    def ask(**more):
        found = search_catalogue(VISITOR, order=Order.PRICE, now=NOW, **more).page(None, 20).items
        return [(one.inner_number, int(one.price_yuan)) for one in found if one.inner_number in "AD"]

    cheap = CatalogueFilters(most_yuan=Decimal(80))
    before, after = (slot(day=day, hour=9, length=2) for day in (1, 4))
    assert ask(free=before) == [("D", 40), ("A", 70)]
    assert ask(free=after) == [("A", 70), ("D", 90)]
    assert ask(free=after, asked=cheap) == [("A", 70)]
    next_free_rebuild(NOW)
    assert ask(day=before.start.date()) == [("D", 40), ("A", 70)]
    assert ask(day=after.start.date(), asked=cheap) == [("A", 70)]


@pytest.mark.parametrize("order", [order for order in Order if order is not Order.RELEVANCE])
def test_only_relevance_order_is_limited(shelf, statements, monkeypatch, order):
    monkeypatch.setattr(searching, "MAX_BY_RELEVANCE", 3)
    numbers, _ = paged(VISITOR, order, 2, statements)
    assert sorted(numbers) == sorted(SHELF)
