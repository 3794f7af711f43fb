"""Seconds as hours, as pages, tables and papers show them."""

from decimal import ROUND_HALF_UP, Decimal


def in_hours(seconds: int, places: int = 2) -> Decimal:
    """Return hours with so many decimals, halves rounded up."""
    return (Decimal(seconds) / 3600).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
