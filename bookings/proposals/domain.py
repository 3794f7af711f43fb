"""Find times of a certain length on instruments, with their price, and say why an instrument has none."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING

from bookings.requests.domain.admission import QUALIFICATION_MISSING
from bookings.requests.domain.offers import InstrumentTime, Version, find_offers, split_by_day
from bookings.requests.domain.pricing import calculate_quote
from bookings.requests.domain.waiting import get_cause
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode, TermsDraft

if TYPE_CHECKING:
    from instrument_share.kernel.errors import Problem

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=7)
LONGEST_SPAN = timedelta(days=31)
"""In so much time the hours may be looked for."""
BY_SAMPLES = frozenset({ServiceMode.SAMPLES})
"""Samples are handed in: nobody looks for hours of that."""


class ProposalOrder(StrEnum):
    """What comes first."""

    SOONEST = "soonest"
    CHEAPEST = "cheapest"


class LeftOut(StrEnum):
    """Why an instrument that was looked at is not proposed."""

    NOT_ADMITTED = "not_admitted"
    NOT_QUALIFIED = "not_qualified"
    NOT_FREE = "not_free"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    LeftOut: {
        LeftOut.NOT_ADMITTED: gettext_noop("not open to this payer and way of service"),
        LeftOut.NOT_QUALIFIED: gettext_noop("only for those who are qualified to operate it"),
        LeftOut.NOT_FREE: gettext_noop("no time of this length is free"),
    },
}


@dataclass(frozen=True)
class Slot:
    """A time that may be booked in this way of service, and what it costs without samples."""

    interval: Interval
    service_mode: ServiceMode
    prices_yuan: Sequence[Decimal]
    """What each of the instruments that are booked together costs."""
    terms: Sequence[TermsDraft]
    """By which each of them is booked."""

    @property
    def total_yuan(self) -> Decimal:
        """Return what they cost together."""
        return sum(self.prices_yuan, Decimal())


def find_slot(
    together: Sequence[InstrumentTime],
    span: Interval,
    length: timedelta,
    order: ProposalOrder,
    now: datetime,
    *,
    is_covered: Callable[[Decimal], bool] = lambda _price: True,
) -> Slot | None:
    """Return the soonest or the cheapest time within the span; of the cheapest ones the soonest.

    `is_covered` says of a price whether whoever pays can.
    """
    found = _find_slots(together, span, length, now) if together else iter(())
    slots = (slot for slot in found if is_covered(slot.total_yuan))
    if order is ProposalOrder.SOONEST:
        return next(slots, None)
    return min(slots, key=lambda slot: (slot.total_yuan, slot.interval.start), default=None)


def find_reason(together: Sequence[InstrumentTime], span: Interval, refusals: "Sequence[Problem]") -> LeftOut:
    """Return why instruments that are booked together have no time in the span.

    `refusals` are what keeps the applicant from booking them at any time.
    """
    if any(get_cause(one) == QUALIFICATION_MISSING for one in refusals):
        return LeftOut.NOT_QUALIFIED
    if not together or not all(_is_booked_by_the_hour(one.versions) for one in together):
        return LeftOut.NOT_ADMITTED
    if any(_ends_within(one.versions, span) for one in together):
        return LeftOut.NOT_QUALIFIED
    return LeftOut.NOT_FREE


def _is_booked_by_the_hour(versions: Sequence[Version]) -> bool:
    return any(one.admittance and one.admittance.service_modes - BY_SAMPLES for one in versions)


def _ends_within(versions: Sequence[Version], span: Interval) -> bool:
    return all(one.latest_end is not None and one.latest_end < span.end for one in versions)


def _find_slots(
    together: Sequence[InstrumentTime], span: Interval, length: timedelta, now: datetime
) -> Iterator[Slot]:
    """Yield each time within the span in its cheapest way of service, by start.

    Prices follow the time of day and the weekday, so that those of one week are those of all.
    """
    cheapest: dict[Hashable, tuple[Decimal, ServiceMode, list[Decimal]]] = {}
    for start in _find_starts(together, span, length, now):
        interval = Interval(start, start + length)
        versions = [next(one for one in time.versions if one.applies_at(start)) for time in together]
        modes = _get_common_modes(versions, interval.end)
        local = start.astimezone(CITY_TIME)
        key = (modes, tuple(one.since for one in versions), local.weekday(), local.time())
        if modes and key not in cheapest:
            priced = ((_get_prices(versions, interval, mode), mode) for mode in modes)
            cheapest[key] = min((sum(prices, Decimal()), mode, prices) for prices, mode in priced)
        if modes:
            _total, mode, prices = cheapest[key]
            yield Slot(interval, mode, prices, [one.terms for one in versions])


def _find_starts(
    together: Sequence[InstrumentTime], span: Interval, length: timedelta, now: datetime
) -> Iterator[datetime]:
    for day in split_by_day(span):
        for offer in find_offers(together, day, now):
            end = offer.start + length
            if end <= span.end and offer.admits(Interval(offer.start, end)):
                yield offer.start


def _get_common_modes(versions: Sequence[Version], end: datetime) -> frozenset[ServiceMode]:
    """Return the ways of service that all of them admit; for some hours."""
    modes = (one.admittance.get_modes(end) for one in versions if one.admittance)
    return reduce(frozenset.intersection, modes) - BY_SAMPLES


def _get_prices(versions: Sequence[Version], interval: Interval, mode: ServiceMode) -> list[Decimal]:
    """Return what each instrument costs, as their bookings will."""
    return [
        calculate_quote(one.terms, interval, one.admittance.user_kind, mode).total
        for one in versions
        if one.admittance
    ]
