from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.terms.domain.backdated_patterns import backdate_pattern
from providers.terms.domain.choices import Frequency, UserKind
from providers.terms.domain.price_changes import PriceChange, price_changes, relative_change
from providers.terms.domain.terms import OpeningPattern, Price


def test_prices_are_compared_line_by_line_new_ones_and_those_that_are_gone_included():
    raised = Price(Decimal(100), UserKind.ENTERPRISE)
    night = Price(Decimal(60), from_time=time(18), until_time=time(8))
    gone = Price(Decimal(30), UserKind.INSIDE)
    free = Price(Decimal(0), UserKind.OUTSIDE)
    now = Price(Decimal(120), UserKind.ENTERPRISE)
    paid = Price(Decimal(10), UserKind.OUTSIDE)
    found = price_changes([raised, gone, free], [night, now, paid])
    assert found == [
        PriceChange(night, None, Decimal(60)),
        PriceChange(now, Decimal(100), Decimal(120)),
        PriceChange(paid, Decimal(0), Decimal(10)),
        PriceChange(gone, Decimal(30), None),
    ]
    assert [one.share for one in found] == [None, Decimal("0.2"), None, None]


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [("100", "125", "0.25"), ("100", "50", "-0.5"), ("100", "100", "0"), ("0.5", "1", "1"), ("0", "1", None)],
)
def test_a_change_is_a_share_of_the_price_before(before, after, share):
    assert relative_change(Decimal(before), Decimal(after)) == (None if share is None else Decimal(share))


def test_cheapest_of_duplicate_price_lines_counts():
    twice = [Price(Decimal(90)), Price(Decimal(80))]
    assert price_changes(twice, twice) == [PriceChange(twice[1], Decimal(80), Decimal(80))]


def test_the_order_of_weekdays_is_no_difference():
    before, after = Price(Decimal(1), weekdays=(5, 6)), Price(Decimal(1), weekdays=(6, 5))
    assert price_changes([before], [after]) == [PriceChange(after, Decimal(1), Decimal(1))]


@given(
    starts_on=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    day=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    interval=st.integers(1, 12),
)
def test_a_pattern_carried_back_keeps_its_weeks_or_months(starts_on, day, interval):
    weekly = OpeningPattern(time(9), time(17), starts_on, (0,), interval=interval)
    monthly = OpeningPattern(
        time(9), time(17), starts_on, (0,), Frequency.MONTHLY_BY_WEEKDAY, interval=interval, nth=1
    )
    if starts_on <= day:
        assert (backdate_pattern(weekly, day), backdate_pattern(monthly, day)) == (weekly, monthly)
        return
    back = backdate_pattern(weekly, day).starts_on
    monday = starts_on.toordinal() - starts_on.weekday()
    assert back <= day
    assert (back.weekday(), (monday - back.toordinal()) % (7 * interval)) == (0, 0)
    back = backdate_pattern(monthly, day).starts_on
    months = (starts_on.year - back.year) * 12 + starts_on.month - back.month
    assert back <= day
    assert (back.day, months % interval) == (1, 0)


@pytest.mark.parametrize(
    ("interval", "day", "weekly_from", "monthly_from"),
    [
        (1, date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4)),
        (1, date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 1)),
        (1, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1)),
        (2, date(2026, 3, 1), date(2026, 2, 16), date(2026, 3, 1)),
        (3, date(2026, 2, 28), date(2026, 2, 9), date(2025, 12, 1)),
        (12, date(2025, 12, 31), date(2025, 12, 8), date(2025, 3, 1)),
    ],
)
def test_a_pattern_is_carried_back_by_whole_rounds_and_no_farther_than_needed(
    interval, day, weekly_from, monthly_from
):
    starts_on = date(2026, 3, 4)
    weekly = OpeningPattern(time(9), time(17), starts_on, (0,), interval=interval)
    monthly = OpeningPattern(
        time(9), time(17), starts_on, (0,), Frequency.MONTHLY_BY_WEEKDAY, interval=interval, nth=1
    )
    assert backdate_pattern(weekly, day).starts_on == weekly_from
    assert backdate_pattern(monthly, day).starts_on == monthly_from
