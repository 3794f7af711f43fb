"""Exact figures as text, stored so that pages compute nothing."""

import re
from decimal import Decimal
from fractions import Fraction

from instrument_share.kernel.money import round_half_up


def format_exact(figure: Fraction | Decimal | int) -> str:
    """Write the exact figure: "0.21" where a decimal can, else a fraction such as "1000000/3"."""
    fraction = Fraction(figure)
    rest, places = fraction.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1:
        return str(fraction)
    scaled = abs(fraction.numerator) * 10**places // fraction.denominator
    digits = str(scaled).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if fraction < 0 else text


def format_rounded(figure: Fraction | Decimal | int, places: int = 2) -> str:
    """Write the figure for reading, rounded half-up (away from zero) to `places` decimals."""
    fraction = Fraction(figure)
    text = str(round_half_up(abs(fraction), Decimal(1).scaleb(-places)).quantize(Decimal(1).scaleb(-places)))
    return f"-{text}" if fraction < 0 else text


def group_digits(text: str) -> str:
    """Put commas into the figures of a formula: "23431.83 ÷ 17800.00" becomes "23,431.83 ÷ 17,800.00"."""
    return re.sub(r"(?<![\d.])\d{4,}", lambda digits: f"{int(digits[0]):,}", text)


def to_hours(seconds: Fraction | int) -> Fraction:
    """Convert seconds to exact hours."""
    return Fraction(seconds) / 3600


def format_percent(rate: Fraction) -> str:
    """Write a rate as an exact percentage: "8%", "12.5%"."""
    return format_exact(rate * 100) + "%"
