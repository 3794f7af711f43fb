"""Prices of uses: exact fractions, rounded once, half-up, to 0.01 yuan; explained in `docs/pricing.md`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import round_to_fen
from providers.domain import PriceUnit, ServiceMode, UserKind, find_most_specific

if TYPE_CHECKING:
    from providers.domain import Price, TermsDraft

MINIMUM = "minimum"
HOUR = timedelta(hours=1)
PRICE_UNREAD = gettext_noop("You have not seen the price yet. It is ¥{total}: check it, then send again.")
PRICE_CHANGED = gettext_noop(
    "You were shown a price of ¥{before}. It is ¥{total} now: check it, then send again."
)
CANCEL_COST_CHANGED = gettext_noop("Cancelling it, once it is approved, now costs up to ¥{amount}.")
RULE_CHANGED = gettext_noop(
    "The booking rules have changed since you read them. Check them on the instrument's page, then send "
    "again."
)


@dataclass(frozen=True)
class QuoteLine:
    """One line of a price: a number of hours, samples or uses at a price in yuan each.

    `unit` is a PriceUnit, or `minimum` for the supplement up to the minimum charge. `quantity` and `amount`
    are exact; `as_rows` rounds them for print.
    """

    unit: str
    price_yuan: Decimal
    quantity: Fraction
    amount: Fraction


@dataclass(frozen=True)
class Quote:
    """A price with its lines; `total` is their exact sum, rounded once."""

    lines: tuple[QuoteLine, ...]

    @property
    def total(self) -> Decimal:
        """Return the sum in yuan."""
        return round_to_fen(sum((line.amount for line in self.lines), Fraction()))

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the lines as they are frozen into a booking or a log, with amounts rounded for reading."""
        return [
            {
                "unit": line.unit,
                "price_yuan": f"{line.price_yuan:.2f}",
                "quantity": _decimal_text(line.quantity),
                "amount_yuan": f"{round_to_fen(line.amount):.2f}",
            }
            for line in self.lines
        ]


@dataclass(frozen=True)
class AgreedQuote(Quote):
    """A price that was agreed before: its total is what was agreed."""

    agreed_yuan: Decimal

    @property
    def total(self) -> Decimal:
        """Return the agreed sum in yuan."""
        return self.agreed_yuan


def read_agreed(rows: Iterable[Mapping[str, Any]], agreed_yuan: Decimal) -> AgreedQuote:
    """Return an agreed price from its frozen lines."""
    lines = (
        QuoteLine(
            row["unit"], Decimal(row["price_yuan"]), Fraction(row["quantity"]), Fraction(row["amount_yuan"])
        )
        for row in rows
    )
    return AgreedQuote(tuple(lines), agreed_yuan)


@dataclass(frozen=True)
class Conditions:
    """On which conditions a time is booked, with all that is booked together with it.

    `cancel_yuan` is what cancelling costs from the approval on, None where it is free; `versions` are those
    of the rules, one for each instrument.
    """

    total_yuan: Decimal
    cancel_yuan: Decimal | None
    versions: tuple[int, ...]

    def to_text(self) -> str:
        """Return what a form keeps of the conditions that it has shown."""
        cancel = "-" if self.cancel_yuan is None else f"{self.cancel_yuan:.2f}"
        return f"{self.total_yuan:.2f} {cancel} {','.join(map(str, self.versions))}"

    def find_changes(self, shown: str) -> list[Problem]:
        """Return what differs from the conditions that a form has shown, as `to_text` gave them."""
        total = f"{self.total_yuan:,.2f}"
        read = re.fullmatch(r"(\d+\.\d\d) (-|\d+\.\d\d) ([\d,]*)", shown, re.ASCII)
        if read is None:
            return [Problem("booking.price_unread", PRICE_UNREAD, {"total": total})]
        changes = []
        if Decimal(read[1]) != self.total_yuan:
            params = {"before": f"{Decimal(read[1]):,.2f}", "total": total}
            changes.append(Problem("booking.price_changed", PRICE_CHANGED, params))
        _total, cancel, versions = self.to_text().split(" ")
        if self.cancel_yuan is not None and cancel != read[2]:
            params = {"amount": f"{self.cancel_yuan:,.2f}"}
            changes.append(Problem("booking.cancel_cost_changed", CANCEL_COST_CHANGED, params))
        if versions != read[3]:
            changes.append(Problem("booking.rule_changed", RULE_CHANGED))
        return changes


def calculate_quote(
    terms: "TermsDraft",
    interval: Interval,
    user_kind: UserKind,
    mode: ServiceMode,
    samples: int = 0,
    charged_time: timedelta | None = None,
) -> Quote:
    """Calculate the price of a use under the terms.

    `charged_time` is the part of the interval that is paid for (idle time is not); by default all of it. Each
    hourly line is reduced in proportion.
    """
    share = (
        Fraction(1)
        if charged_time is None
        else Fraction(charged_time / timedelta.resolution) / Fraction(interval.length / timedelta.resolution)
    )
    lines = [*_hourly_lines(terms.prices, interval, user_kind, mode, share)]
    begin = interval.start.astimezone(CITY_TIME)
    counted = [p for p in terms.prices if p.covers(user_kind, mode) and p.applies_at(begin)]
    lines += _count_lines(counted, PriceUnit.SAMPLE, samples)
    lines += _count_lines(counted, PriceUnit.USE, 1)
    return Quote(tuple(_add_minimum(lines, terms.minimum_charge_yuan)))


def has_price(terms: "TermsDraft", user_kind: UserKind, mode: ServiceMode) -> bool:
    """Return whether the terms have a price for this use; terms without prices are free of charge."""
    return not terms.prices or any(price.covers(user_kind, mode) for price in terms.prices)


def _hourly_lines(
    prices: "Iterable[Price]", interval: Interval, user_kind: UserKind, mode: ServiceMode, share: Fraction
) -> Iterator[QuoteLine]:
    """Yield a line for each hourly price that applies in the interval, in order of first use."""
    candidates = [p for p in prices if p.unit == PriceUnit.HOUR and p.covers(user_kind, mode)]
    if not candidates:
        return
    lengths: dict[Price, timedelta] = {}
    for piece in _split_interval(interval, candidates):
        moment = piece.start.astimezone(CITY_TIME)
        price = find_most_specific(p for p in candidates if p.applies_at(moment))
        if price is not None:
            lengths[price] = lengths.get(price, timedelta()) + piece.length
    for price, length in lengths.items():
        hours = Fraction(length // timedelta.resolution, HOUR // timedelta.resolution) * share
        yield QuoteLine(PriceUnit.HOUR.value, price.price_yuan, hours, hours * Fraction(price.price_yuan))


def _count_lines(prices: "Iterable[Price]", unit: PriceUnit, count: int) -> Iterator[QuoteLine]:
    price = find_most_specific(p for p in prices if p.unit == unit)
    if price is not None and count:
        yield QuoteLine(unit.value, price.price_yuan, Fraction(count), count * Fraction(price.price_yuan))


def _add_minimum(lines: list[QuoteLine], minimum: Decimal) -> list[QuoteLine]:
    missing = Fraction(minimum) - sum((line.amount for line in lines), Fraction())
    if missing <= 0:
        return lines
    return [*lines, QuoteLine(MINIMUM, minimum, Fraction(1), missing)]


def _split_interval(interval: Interval, prices: "Iterable[Price]") -> Iterator[Interval]:
    """Split the interval at midnights and at the prices' times of day."""
    start, end = interval.start.astimezone(CITY_TIME), interval.end.astimezone(CITY_TIME)
    if not any(price.has_times for price in prices):
        yield interval
        return
    times = {time(0)} | {
        t for p in prices if p.from_time is not None for t in (p.from_time, p.until_time) if t
    }
    days = (end.date() - start.date()).days
    cuts = {
        datetime.combine(start.date() + timedelta(days=day), at, tzinfo=CITY_TIME)
        for day in range(days + 1)
        for at in times
    }
    inside = sorted(cut for cut in cuts if start < cut < end)
    for piece_start, piece_end in zip([start, *inside], [*inside, end], strict=True):
        yield Interval(piece_start, piece_end)


def _decimal_text(quantity: Fraction) -> str:
    """Return at most four decimals without trailing zeros: 1.5, 2, 0.3333."""
    thousands = (quantity * 10_000 + Fraction(1, 2)).__floor__()
    text = f"{Decimal(thousands) / 10_000:.4f}"
    return text.rstrip("0").rstrip(".")
