"""Instruments as rows: with what decides whether to look closer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from instrument_share.pages.weeks import Day, coming_week
from providers import public as providers
from providers.domain import PriceUnit

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument


@dataclass(frozen=True)
class PriceFrom:
    """The lowest price for who looks, and what it is for."""

    amount_yuan: Decimal
    unit: PriceUnit


@dataclass(frozen=True)
class Row:
    """One instrument with its lowest price for the reader and its coming week."""

    instrument: "Instrument"
    price: PriceFrom | None
    week: Sequence[Day]


def rows_of(viewer: "Viewer", instruments: "Sequence[Instrument]", now: datetime) -> list[Row]:
    """Rows in the given order; four statements for any number of instruments."""
    ids = [one.pk for one in instruments]
    prices = providers.prices_for(viewer, ids, now)
    weeks = coming_week(ids, now)
    return [Row(one, price_from(*prices[one.pk]), weeks[one.pk]) for one in instruments]


def price_from(amount_yuan: Decimal | None, unit: str) -> PriceFrom | None:
    return None if amount_yuan is None else PriceFrom(amount_yuan, PriceUnit(unit))
