"""What a late cancel and a no-show cost."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from instrument_share.kernel.interval import Interval, intersected, total
from instrument_share.kernel.money import yuan

if TYPE_CHECKING:
    from providers.domain import Terms


def is_late(terms: "Terms", starts_at: datetime, now: datetime) -> bool:
    """Whether a cancel at `now` misses the deadline; at the deadline itself it is still in time."""
    return now > starts_at - terms.cancel_deadline


def late_cancel_charge(
    quoted_yuan: Decimal, percent: int, booked: Interval, taken: Iterable[Interval] = ()
) -> Decimal:
    """A percentage of the quote, for the part of the time that nobody else took."""
    untaken = booked.length - total(intersected([booked], taken))
    return yuan(
        Fraction(quoted_yuan)
        * Fraction(percent, 100)
        * Fraction(untaken // untaken.resolution, booked.length // booked.length.resolution)
    )


def no_show_charge(quoted_yuan: Decimal, percent: int) -> Decimal:
    return yuan(Fraction(quoted_yuan) * Fraction(percent, 100))
