from decimal import Decimal
from fractions import Fraction

from rewards.assessment.domain.balance import add_balances, balance_use

EXCLUDED = {"unconfirmed": (2, 5400), "overlap": (1, 1800), "medical": (1, 1000)}


def test_reported_minus_excluded_minus_overlap_is_what_counts_and_shown_hours_add_up():
    balance = balance_use(EXCLUDED, 7, Fraction(100_000, 3), Fraction(1000, 7))
    assert balance.as_json() == {
        "reported": {"entries": 11, "hours": "11.58"},
        "excluded": {"entries": 3, "hours": "1.78"},
        "overlap": {"entries": 1, "hours": "0.54"},
        "counted": {"entries": 7, "hours": "9.26"},
    }


def test_the_city_is_the_sum_of_its_units():
    one = balance_use(EXCLUDED, 7, Fraction(3600), Fraction(0))
    both = add_balances([one, one])
    assert both.counted.hours == Decimal("2.00")
    assert both.reported.entries == 22
