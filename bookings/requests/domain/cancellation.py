"""Charges for late cancellations and no-shows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from instrument_share.kernel.interval import Interval, intersect, total_length
from instrument_share.kernel.money import round_to_fen

if TYPE_CHECKING:
    from providers.domain import Terms


def get_cancel_deadline(terms: "Terms", starts_at: datetime) -> datetime:
    """Return until when cancelling is free; at the deadline it is still in time."""
    return starts_at - terms.cancel_deadline


def calculate_late_cancel_charge(
    quoted_yuan: Decimal, percent: int, booked: Interval, taken: Iterable[Interval] = ()
) -> Decimal:
    """Return a percentage of the quote in yuan, for the part of the time that nobody else took."""
    untaken = booked.length - total_length(intersect([booked], taken))
    return round_to_fen(
        Fraction(quoted_yuan)
        * Fraction(percent, 100)
        * Fraction(untaken // untaken.resolution, booked.length // booked.length.resolution)
    )


def calculate_cost_once_approved(
    terms_by_id: Mapping[int, "Terms"], prices: Mapping[int, Decimal], interval: Interval, now: datetime
) -> Decimal | None:
    """Return what cancelling a time would cost its user, in yuan, once it is approved; None if nothing.

    `prices` are what it costs on each of the instruments that are booked together, by id, and `terms_by_id`
    under which terms. It is the most: what others take is not charged.
    """
    late = [
        calculate_late_cancel_charge(price, terms_by_id[pk].late_cancel_percent, interval)
        for pk, price in prices.items()
        if pk in terms_by_id and now > get_cancel_deadline(terms_by_id[pk], interval.start)
    ]
    return sum(late, Decimal(0)) if late else None


def calculate_no_show_charge(quoted_yuan: Decimal, percent: int) -> Decimal:
    """Return a percentage of the quote in yuan."""
    return round_to_fen(Fraction(quoted_yuan) * Fraction(percent, 100))
