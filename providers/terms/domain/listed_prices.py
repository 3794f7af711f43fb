"""The prices of a rule as the catalogue compares them: one for each kind of user and mode of service."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Protocol, TypeVar

from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.terms import DAY, Price, find_most_specific

NO_HOURLY_PRICE = Decimal("99999999.99")
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
OUTSIDE_KINDS = (UserKind.OUTSIDE, UserKind.ENTERPRISE, UserKind.INDIVIDUAL)
ANY = ""
MONDAY = date(2026, 1, 5)
"""Any Monday: prices are the same each week."""


@dataclass(frozen=True)
class ListedPriceRow:
    """The lowest price for a kind of user; without any price it is on request.

    `user_kind` is ANY for the cheapest kind from outside the unit, `service_mode` for the cheapest mode.
    """

    user_kind: str
    service_mode: str
    hour_yuan: Decimal
    from_yuan: Decimal | None
    from_unit: str


class Version(Protocol):
    """A version of a rule, and when it begins to apply."""

    @property
    def version(self) -> int: ...

    @property
    def applies_from(self) -> datetime: ...


V = TypeVar("V", bound=Version)


def versions_in_force(versions: Iterable[V]) -> Iterator[tuple[V, datetime]]:
    """Yield each version that is ever in force, with the instant at which that ends.

    Of two that apply, the later version is in force.
    """
    until = FOREVER
    for one in sorted(versions, key=lambda version: version.version, reverse=True):
        if one.applies_from < until:
            yield one, until
            until = one.applies_from


def listed_price_rows(
    prices: Sequence[Price], user_kinds: Iterable[UserKind], service_modes: Iterable[ServiceMode]
) -> Iterator[ListedPriceRow]:
    """Yield every row of a version, always including one for ANY and ANY."""
    kinds, modes = sorted(user_kinds), sorted(service_modes)
    found = {(kind, mode): _cheapest(prices, kind, mode) for kind in kinds for mode in modes}
    outside = [kind for kind in kinds if kind in OUTSIDE_KINDS]
    for kind, among in ((ANY, outside), *((kind, [kind]) for kind in kinds)):
        for mode, ways in ((ANY, modes), *((mode, [mode]) for mode in modes)):
            price = min((found[one, way] for one in among for way in ways), default=_ON_REQUEST)
            yield ListedPriceRow(str(kind), str(mode), *price.columns())


@dataclass(frozen=True, order=True)
class _Lowest:
    """A price that sorts by the hourly amount, with prices on request last."""

    hour_yuan: Decimal
    is_on_request: bool
    from_yuan: Decimal
    unit: str

    def columns(self) -> tuple[Decimal, Decimal | None, str]:
        if self.is_on_request:
            return NO_HOURLY_PRICE, None, ""
        return self.hour_yuan, self.from_yuan, self.unit


_ON_REQUEST = _Lowest(NO_HOURLY_PRICE, True, Decimal(), "")


def _cheapest(prices: Sequence[Price], kind: UserKind, mode: ServiceMode) -> _Lowest:
    """Return the lowest hourly price, else the lowest of another unit; without prices it is free."""
    if not prices:
        return _Lowest(Decimal(), False, Decimal(), PriceUnit.HOUR.value)
    covering = [price for price in prices if price.covers(kind, mode)]
    hourly = _find_charged(covering, PriceUnit.HOUR)
    if hourly:
        lowest = min(price.price_yuan for price in hourly)
        return _Lowest(lowest, False, lowest, PriceUnit.HOUR.value)
    if not covering:
        return _ON_REQUEST
    others = (price for unit in PriceUnit for price in _find_charged(covering, unit))
    other = min(others, key=lambda price: price.price_yuan)
    return _Lowest(NO_HOURLY_PRICE, False, other.price_yuan, other.unit.value)


def _find_charged(covering: Sequence[Price], unit: PriceUnit) -> list[Price]:
    """Return the prices of this unit that a use pays at some time of the week."""
    prices = [price for price in covering if price.unit is unit]
    times = {time(0)} | {at for price in prices for at in (price.from_time, price.until_time) if at}
    moments = (datetime.combine(MONDAY + number * DAY, at) for number in range(7) for at in times)
    charged = (find_most_specific(one for one in prices if one.applies_at(moment)) for moment in moments)
    return list(dict.fromkeys(price for price in charged if price))
