"""The price of a sample order: the rule's prices where it has them, else those that the keeper names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.requests.domain import pricing
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers.domain import Price, PriceUnit, ServiceMode, UserKind

if TYPE_CHECKING:
    from providers.domain import TermsDraft

MOST_HOURS = Decimal(1000)
MOST_PRICE = Decimal(1_000_000)
_ANY_START = datetime(2026, 1, 1, tzinfo=UTC)
OwnPrices = Mapping[PriceUnit, Decimal]


def has_own_prices(terms: "TermsDraft", kind: UserKind) -> bool:
    """Return whether the keeper names the prices: the rule has none for samples of this kind of user."""
    return not pricing.has_price(terms, kind, ServiceMode.SAMPLES)


def find_quote_problems(
    terms: "TermsDraft", kind: UserKind, hours: Decimal, own_prices: OwnPrices
) -> Iterator[Problem]:
    """Yield what is wrong with the hours and prices that a keeper enters."""
    if has_own_prices(terms, kind):
        if not own_prices:
            message = gettext_noop(
                "The rule has no price for samples. Enter one per sample, per hour or per use."
            )
            yield Problem("samples.price_missing", message, field="sample_yuan")
    elif own_prices:
        message = gettext_noop("The rule has prices for samples; they apply. Leave these fields empty.")
        yield Problem("samples.price_of_rule", message, field="sample_yuan")
    if any(not 0 <= price <= MOST_PRICE for price in own_prices.values()):
        message = gettext_noop("Enter a price from 0 to ¥{most}.")
        yield Problem("samples.price_out_of_range", message, {"most": MOST_PRICE}, "sample_yuan")
    if not 0 <= hours <= MOST_HOURS:
        message = gettext_noop("Enter hours from 0 to {most}.")
        yield Problem("samples.hours_out_of_range", message, {"most": MOST_HOURS}, "hours")
    elif not hours and any(price.unit is PriceUnit.HOUR for price in _prices(terms, kind, own_prices)):
        message = gettext_noop("There is an hourly price. Estimate how many hours it takes.")
        yield Problem("samples.hours_missing", message, field="hours")


def calculate_order_quote(
    terms: "TermsDraft", kind: UserKind, samples: int, hours: Decimal, own_prices: OwnPrices
) -> pricing.Quote:
    """Return the price of so many samples and estimated hours, as a booking of samples is priced.

    No time is planned yet, so that prices of a time of day or week count only where there is no other.
    """
    priced = replace(terms, prices=tuple(_prices(terms, kind, own_prices)))
    # Without hours there is no price by the hour, so that any time will do.
    length = timedelta(seconds=int(hours * 3600)) or timedelta(hours=1)
    interval = Interval(_ANY_START, _ANY_START + length)
    return pricing.calculate_quote(priced, interval, kind, ServiceMode.SAMPLES, samples)


def _prices(terms: "TermsDraft", kind: UserKind, own_prices: OwnPrices) -> list[Price]:
    if has_own_prices(terms, kind):
        return [Price(price, unit=unit) for unit, price in own_prices.items()]
    return list(_at_any_time(p for p in terms.prices if p.covers(kind, ServiceMode.SAMPLES)))


def _at_any_time(prices: Iterable[Price]) -> Iterator[Price]:
    """Yield the prices without their times; of a unit that has prices without times, those alone."""
    found = list(prices)
    for unit in PriceUnit:
        of_unit = [price for price in found if price.unit is unit]
        plain = [price for price in of_unit if not price.has_times]
        for price in plain or of_unit:
            yield replace(price, from_time=None, until_time=None, weekdays=())
