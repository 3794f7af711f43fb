"""Amounts in yuan as Decimal, rounded once, half-up, to 0.01 yuan."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FEN = Decimal("0.01")


def round_to_fen(amount: Fraction | Decimal | int) -> Decimal:
    """Round an exact amount in yuan half-up to 0.01 yuan."""
    return round_half_up(amount, FEN)


def round_half_up(amount: Fraction | Decimal | int, unit: Decimal) -> Decimal:
    """Round an exact, non-negative amount to the nearest multiple of `unit`, halves up."""
    exact = Fraction(amount)
    step = Fraction(unit)
    whole = (exact / step + Fraction(1, 2)).__floor__()
    return (whole * unit).quantize(min(unit, FEN), rounding=ROUND_HALF_UP)


def round_down(amount: Fraction | Decimal | int, unit: Decimal) -> Decimal:
    """Return the greatest multiple of `unit` that does not exceed the amount."""
    return ((Fraction(amount) / Fraction(unit)).__floor__() * unit).quantize(min(unit, FEN))
