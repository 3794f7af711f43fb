"""Rows of instruments in lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.pages.catalogue.weeks import Day, get_coming_week
from instrument_share.pages.eligibility import get_eligibilities
from providers import public as providers
from providers.domain import PriceUnit, ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.domain import Offer
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.pages.eligibility import Eligibility
    from providers.domain import Terms
    from providers.models import Instrument

MOST_OFFERS = 3


@dataclass(frozen=True)
class PriceFrom:
    """A lowest price and its unit."""

    amount_yuan: Decimal
    unit: PriceUnit


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument with the lowest price asked for and a week; `hours` are those that they search for.

    `no_price` says why there is no price.
    """

    instrument: "Instrument"
    price: PriceFrom | None
    no_price: str
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
    asked: providers.CatalogueFilters | None = None,
) -> list[InstrumentRow]:
    """Return rows in the given order; the number of statements does not depend on that of instruments.

    Their bookable times begin on the day and at the time of day of `since`, by default now. `asked`: they
    were read with the prices by these filters (`providers.with_prices`), by default the viewer's.
    """
    priced: Any = instruments
    found = (
        {one.pk: (one.price_yuan, one.price_unit or "") for one in priced}
        if asked
        else providers.prices_for(viewer, [one.pk for one in instruments], now)
    )
    prices = {one: build_price_from(*found[one.pk]) for one in instruments}
    unpriced = [one for one, price in prices.items() if price is None]
    reasons = (
        dict.fromkeys(unpriced, _("No price published"))
        if asked and asked.user_kind
        else _explain_no_prices(viewer, unpriced, now, asked.mode if asked else "")
    )
    weeks = get_coming_week(viewer, instruments, now, since)
    return [
        InstrumentRow(one, price, reasons.get(one, ""), weeks[one.pk], hours) for one, price in prices.items()
    ]


def _explain_no_prices(
    viewer: "Viewer", instruments: "Sequence[Instrument]", now: datetime, mode: str
) -> "dict[Instrument, str]":
    if not instruments:
        return {}
    in_force = providers.terms_in_force([one.pk for one in instruments], now)
    terms = {one: in_force.get(one.pk) for one in instruments}
    may = get_eligibilities(viewer, terms, now)
    return {one: explain_no_price(terms[one], may[one], mode) for one in instruments}


def explain_no_price(terms: "Terms | None", may: "Eligibility | None", mode: str = "") -> str:
    """Return why no price, of any way of service or one, is told to a viewer, or to a visitor."""
    if terms is not None:
        kinds = terms.user_kinds - {UserKind.INSIDE} if may is None else may.admitted
        if not kinds:
            return _("Only for the unit's own users") if may is None else _("Not open to you")
        ways = product(kinds, [ServiceMode(mode)] if mode else terms.service_modes)
        if may and any(price.covers(*way) for way in ways for price in terms.prices):
            return _("Depends on who pays")
    return _("No price published")


def build_price_from(amount_yuan: Decimal | None, unit: str) -> PriceFrom | None:
    """Return the price, or None without an amount."""
    return None if amount_yuan is None else PriceFrom(amount_yuan, PriceUnit(unit))
