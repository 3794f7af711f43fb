"""The terms of an instrument as a draft, from the facts."""

from datetime import date, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from instrument_share.demo.city import City, Instrument
from providers.domain import (
    Frequency,
    OpeningPattern,
    Price,
    PriceUnit,
    Quota,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    TermsDraft,
    UserKind,
    terms_from_columns,
)

OUTSIDE_FACTOR = {UserKind.INSIDE: 1, UserKind.OUTSIDE: 2, UserKind.ENTERPRISE: 2, UserKind.INDIVIDUAL: 2}


def draft(city: City, instrument: Instrument, starts_on: date, raised: Decimal = Decimal(1)) -> TermsDraft:
    """The terms that the facts give an instrument; `raised` is a factor on its prices."""
    facts = city.terms[instrument.terms]
    modes = [ServiceMode(mode) for mode in facts["service_modes"]]
    return TermsDraft(
        patterns=tuple(
            OpeningPattern(
                opens=time.fromisoformat(pattern["opens"]),
                closes=time.fromisoformat(pattern["closes"]),
                starts_on=starts_on,
                weekdays=tuple(pattern["weekdays"]),
                frequency=Frequency(pattern.get("frequency", Frequency.WEEKLY)),
                interval=pattern.get("interval", 1),
                nth=pattern.get("nth"),
            )
            for pattern in facts["patterns"]
        ),
        quotas=tuple(_quota(quota) for quota in facts.get("quotas", ())),
        prices=tuple(_prices(instrument, modes, raised)),
        **terms_from_columns(
            {"user_kinds": list(UserKind), "minimum_charge_yuan": min(instrument.prices), **facts}
        ),
    )


def _quota(facts: dict[str, Any]) -> Quota:
    return Quota(
        QuotaHolder(facts["holder"]),
        QuotaSpan(facts["span"]),
        timedelta(hours=facts["hours"]) if "hours" in facts else None,
        facts.get("bookings"),
    )


def _prices(instrument: Instrument, modes: list[ServiceMode], raised: Decimal) -> list[Price]:
    inside, outside, enterprise = (Decimal(price) * raised for price in instrument.prices)
    hourly = {
        UserKind.INSIDE: inside,
        UserKind.OUTSIDE: outside,
        UserKind.ENTERPRISE: enterprise,
        UserKind.INDIVIDUAL: outside,
    }
    prices = []
    for kind, mode in product(UserKind, modes):
        if mode is ServiceMode.SAMPLES and instrument.sample_price:
            each = Decimal(instrument.sample_price) * OUTSIDE_FACTOR[kind] * raised
            prices.append(Price(each, kind, mode, PriceUnit.SAMPLE))
        else:
            prices.append(Price(hourly[kind], kind, mode))
    return prices
