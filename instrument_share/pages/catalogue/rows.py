"""Rows of instruments in lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from instrument_share.pages.catalogue.weeks import Day, get_coming_week
from providers import public as providers
from providers.domain import PriceUnit

if TYPE_CHECKING:
    from bookings.domain import Offer
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

MOST_OFFERS = 3


@dataclass(frozen=True)
class PriceFrom:
    """The viewer's lowest price and its unit."""

    amount_yuan: Decimal
    unit: PriceUnit


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument with the viewer's lowest price and its coming week."""

    instrument: "Instrument"
    price: PriceFrom | None
    week: Sequence[Day]

    @property
    def next_offers(self) -> "list[Offer]":
        """Return the first bookable times of the next days that have any."""
        return [day.first for day in self.week if day.first][:MOST_OFFERS]


def build_instrument_rows(
    viewer: "Viewer", instruments: "Sequence[Instrument]", now: datetime
) -> list[InstrumentRow]:
    """Return rows in the given order; the number of statements does not depend on that of instruments."""
    ids = [one.pk for one in instruments]
    prices = providers.prices_for(viewer, ids, now)
    weeks = get_coming_week(viewer, instruments, now)
    return [InstrumentRow(one, build_price_from(*prices[one.pk]), weeks[one.pk]) for one in instruments]


def build_price_from(amount_yuan: Decimal | None, unit: str) -> PriceFrom | None:
    """Return the price, or None without an amount."""
    return None if amount_yuan is None else PriceFrom(amount_yuan, PriceUnit(unit))
