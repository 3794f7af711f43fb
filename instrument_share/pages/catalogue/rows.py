"""Rows of instruments in lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
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
    """A lowest price and its unit."""

    amount_yuan: Decimal
    unit: PriceUnit


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument with the lowest price asked for and a week; `hours` are those that they search for."""

    instrument: "Instrument"
    price: PriceFrom | None
    week: Sequence[Day]
    hours: Interval | None = None

    @property
    def next_offers(self) -> "list[Offer]":
        """Return the first bookable times of the next days that have any, by their shortest bookings.

        An offer of the hours that the viewer searches for ends with them.
        """
        offers = [day.first for day in self.week if day.first][:MOST_OFFERS]
        return [
            replace(offer, first_end=self.hours.end) if self.hours and offer.admits(self.hours) else offer
            for offer in offers
        ]

    @property
    def later_free_at(self) -> datetime | None:
        """Return when somebody may next book, if that is outside the week; within it only offers tell."""
        free_at: datetime | None = getattr(self.instrument, "next_free_at", None)
        if free_at is None or self.week[0].date <= free_at.astimezone(CITY_TIME).date() <= self.week[-1].date:
            return None
        return free_at


def build_instrument_rows(
    viewer: "Viewer",
    instruments: "Sequence[Instrument]",
    now: datetime,
    *,
    since: datetime | None = None,
    hours: Interval | None = None,
    are_priced: bool = False,
) -> list[InstrumentRow]:
    """Return rows in the given order; the number of statements does not depend on that of instruments.

    Their bookable times begin on the day and at the time of day of `since`, by default now. `are_priced`:
    they were read with the prices that are asked for (`providers.with_prices`), by default the viewer's.
    """
    priced: Any = instruments
    prices = (
        {one.pk: (one.price_yuan, one.price_unit or "") for one in priced}
        if are_priced
        else providers.prices_for(viewer, [one.pk for one in instruments], now)
    )
    weeks = get_coming_week(viewer, instruments, now, since)
    return [
        InstrumentRow(one, build_price_from(*prices[one.pk]), weeks[one.pk], hours) for one in instruments
    ]


def build_price_from(amount_yuan: Decimal | None, unit: str) -> PriceFrom | None:
    """Return the price, or None without an amount."""
    return None if amount_yuan is None else PriceFrom(amount_yuan, PriceUnit(unit))
