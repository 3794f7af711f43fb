"""Instruments as rows: with what decides whether to look closer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.pages.prices import PriceFrom, price_from
from instrument_share.pages.weeks import Day, coming_week
from providers import selectors as providers

if TYPE_CHECKING:
    from providers.models import Instrument


@dataclass(frozen=True)
class Row:
    """One instrument with its lowest price for others and its coming week."""

    instrument: "Instrument"
    price: PriceFrom | None
    week: Sequence[Day]


def rows_of(instruments: "Sequence[Instrument]", now: datetime) -> list[Row]:
    """Rows in the given order; seven statements for any number of instruments."""
    ids = [one.pk for one in instruments]
    terms = providers.terms_now(ids, now)
    weeks = coming_week(ids, now)
    return [Row(one, price_from(terms.get(one.pk)), weeks[one.pk]) for one in instruments]
