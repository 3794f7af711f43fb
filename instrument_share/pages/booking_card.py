"""The card beside an instrument: what it costs, from when, and whether it can be booked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bookings import public as bookings
from instrument_share.pages.catalogue.rows import PriceFrom, build_price_from, explain_no_price
from providers import public as providers
from providers.domain import BookingGap, InstrumentState

if TYPE_CHECKING:
    from bookings.domain import Offer
    from bookings.public import BookableWeek
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.pages.eligibility import Eligibility
    from providers.domain import Terms
    from providers.models import Instrument


class Bookability(StrEnum):
    """Whether the viewer can book an instrument, or why not."""

    BOOKABLE = "bookable"
    OTHER_PAYER = "other_payer"
    """Nothing is offered as the viewer usually pays, but with another payer."""
    NOT_QUALIFIED = "not_qualified"
    """They can book once they have the qualification."""
    REFUSED = "refused"
    """No time would be granted to the viewer; the card says why."""
    NO_TIME = "no_time"
    NO_PRICE = "no_price"
    NOT_ADMITTED = "not_admitted"
    NO_RULE = "no_rule"
    NO_COMPANION = "no_companion"
    """What is booked together with it is out of service."""
    SUSPENDED = "suspended"
    """It is, or its unit."""
    UNPUBLISHED = "unpublished"


OPEN = frozenset({Bookability.BOOKABLE, Bookability.OTHER_PAYER, Bookability.NO_TIME})
"""With these the viewer lacks a time at most: they may wait for one, or send in samples."""


@dataclass(frozen=True)
class BookingCard:
    """The viewer's lowest price, their next bookable time, and whether they can book.

    `is_own_price` says that the price is for the viewer's kind of user, not the lowest of all.
    """

    bookability: Bookability
    price: PriceFrom | None
    no_price: str
    """Why there is no price."""
    is_own_price: bool
    next_offer: "Offer | None"
    has_keeper: bool
    refusal: str
    """Why the viewer is granted no time at all; empty where they may be."""

    @property
    def has_form(self) -> bool:
        """Return whether the form for booking has anything to choose."""
        return self.bookability in {Bookability.BOOKABLE, Bookability.OTHER_PAYER}

    @property
    def is_open(self) -> bool:
        """Return whether the instrument is open to the viewer, though perhaps no time is free soon."""
        return self.bookability in OPEN


def build_booking_card(
    viewer: "Viewer",
    instrument: "Instrument",
    terms: "Terms | None",
    week: "BookableWeek",
    may: "Eligibility | None",
    gaps: Collection[BookingGap],
    now: datetime,
) -> BookingCard:
    """Return the card; a visitor reads what the rule grants to somebody whom it admits."""
    bookability = _get_bookability(instrument, week, may, gaps)
    is_left_without = bookability in {Bookability.NO_TIME, Bookability.REFUSED}
    if is_left_without and bookings.has_time_for_other_payer(viewer, instrument, now):
        bookability = Bookability.OTHER_PAYER
    price = build_price_from(*providers.prices_for(viewer, [instrument.pk], now)[instrument.pk])
    return BookingCard(
        bookability,
        price,
        "" if price else explain_no_price(terms, may),
        may is not None,
        week.next_offers[0] if bookability is Bookability.BOOKABLE else None,
        BookingGap.KEEPER not in gaps,
        week.refusal,
    )


def _get_bookability(
    instrument: "Instrument", week: "BookableWeek", may: "Eligibility | None", gaps: Collection[BookingGap]
) -> Bookability:
    is_public = instrument.state in {InstrumentState.PUBLISHED, InstrumentState.SUSPENDED}
    reasons = {
        Bookability.UNPUBLISHED: not is_public,
        Bookability.SUSPENDED: not bookings.is_in_service(instrument),
        Bookability.NO_RULE: BookingGap.RULE in gaps,
        Bookability.NO_COMPANION: BookingGap.COMPANION in gaps,
        Bookability.NOT_ADMITTED: may is not None and not may.admitted,
        Bookability.NO_PRICE: BookingGap.PRICE in gaps,
        Bookability.BOOKABLE: bool(week.next_offers),
        Bookability.NOT_QUALIFIED: may is not None and may.must_qualify,
        Bookability.REFUSED: bool(week.refusal),
    }
    return next((reason for reason, holds in reasons.items() if holds), Bookability.NO_TIME)
