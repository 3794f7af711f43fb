"""Yuan as Decimal, rounded once, half-up, to the 分."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FEN = Decimal("0.01")


def yuan(amount: Fraction | Decimal | int) -> Decimal:
    """An exact amount in yuan, rounded half-up to the 分."""
    return round_half_up(amount, FEN)


def round_half_up(amount: Fraction | Decimal | int, unit: Decimal) -> Decimal:
    """The multiple of `unit` that is nearest to an exact, non-negative `amount`; halves go up."""
    exact = Fraction(amount)
    step = Fraction(unit)
    whole = (exact / step + Fraction(1, 2)).__floor__()
    return (whole * unit).quantize(min(unit, FEN), rounding=ROUND_HALF_UP)


def round_down(amount: Fraction | Decimal | int, unit: Decimal) -> Decimal:
    """The greatest multiple of `unit` that does not exceed `amount`."""
    return ((Fraction(amount) / Fraction(unit)).__floor__() * unit).quantize(min(unit, FEN))
