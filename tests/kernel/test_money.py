"""Sums of money are rounded once, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest

from instrument_share.kernel.money import round_down, round_half_up, round_to_fen


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (0, "0.00"),
        (7, "7.00"),
        (Decimal("0.005"), "0.01"),
        (Decimal("0.0049"), "0.00"),
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Decimal("1.015"), "1.02"),
        (Decimal("9999999999.995"), "10000000000.00"),
    ],
)
def test_yuan_are_rounded_half_up_to_the_fen(amount, rounded):
    assert str(round_to_fen(amount)) == rounded


@pytest.mark.parametrize(
    ("amount", "unit", "up", "down"),
    [
        ("149.99", "100", "100.00", "100.00"),
        ("150", "100", "200.00", "100.00"),
        ("199.99", "100", "200.00", "100.00"),
        ("0.4", "1", "0.00", "0.00"),
        ("0.5", "1", "1.00", "0.00"),
        ("0.0005", "0.001", "0.001", "0.000"),
        ("0.019", "0.01", "0.02", "0.01"),
    ],
)
def test_multiples_of_a_unit(amount, unit, up, down):
    assert str(round_half_up(Decimal(amount), Decimal(unit))) == up
    assert str(round_down(Decimal(amount), Decimal(unit))) == down
