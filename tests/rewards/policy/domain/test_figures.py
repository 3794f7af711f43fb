"""Exact figures as text."""

from decimal import Decimal
from fractions import Fraction

import pytest

from rewards.policy.domain.document import parse_exact_number
from rewards.policy.domain.figures import (
    format_exact,
    format_percent,
    format_rounded,
    group_digits,
    to_hours,
)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(7), "7"),
        (Fraction(-7), "-7"),
        (Fraction(21, 100), "0.21"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 80), "-0.0125"),
        (Fraction(1, 5), "0.2"),
        (Fraction(1, 25), "0.04"),
        (Fraction(12345, 1000), "12.345"),
        (Fraction(1_000_000, 3), "1000000/3"),
        (Fraction(1, 6), "1/6"),
        (Decimal("12.50"), "12.5"),
    ],
)
def test_a_figure_is_written_as_it_is(figure, text):
    assert format_exact(figure) == text


@pytest.mark.parametrize(
    ("figure", "places", "text"),
    [
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(5), 2, "5.00"),
        (Fraction(5), 0, "5"),
        (Fraction(1, 20), 1, "0.1"),
    ],
)
def test_a_figure_for_reading_is_rounded_away_from_zero(figure, places, text):
    assert format_rounded(figure, places) == text
    if places == 2:
        assert format_rounded(figure) == text


def test_hours_and_percentages_are_exact():
    assert to_hours(5400) == Fraction(3, 2)
    assert (format_percent(Fraction(8, 100)), format_percent(Fraction(1, 8))) == ("8%", "12.5%")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (5, Fraction(5)),
        ("12.50", Fraction(25, 2)),
        ("200/3", Fraction(200, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Decimal(1).scaleb(30), Fraction(10**30)),
        (True, None),
        ("1/0", None),
        ("many", None),
        ("a/b", None),
        ("nan", None),
        ("Infinity", None),
        (0.5, None),
        (None, None),
    ],
)
def test_numbers_of_a_document_are_read_exactly(written, number):
    assert parse_exact_number(written) == number


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        ("(23431.83 + 384.00) ÷ 17800.00 = 1.3380", "(23,431.83 + 384.00) ÷ 17,800.00 = 1.3380"),
        ("20430000.00 × 0.00012345", "20,430,000.00 × 0.00012345"),
        ("999 ÷ 1000 = 0.9990", "999 ÷ 1,000 = 0.9990"),
    ],
)
def test_figures_of_a_formula_are_read_in_groups_of_three_digits(formula, read):
    assert group_digits(formula) == read
