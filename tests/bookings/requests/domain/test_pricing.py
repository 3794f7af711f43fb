from datetime import time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.requests.domain.pricing import Conditions, calculate_quote, has_price
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.terms import Price
from tests.bookings.requests.domain.terms import START, between, terms

D = Decimal
OUTSIDE, ENTERPRISE, INSIDE = UserKind.OUTSIDE, UserKind.ENTERPRISE, UserKind.INSIDE
OPERATED, SAMPLES, SELF = ServiceMode.OPERATED, ServiceMode.SAMPLES, ServiceMode.SELF_OPERATED
NIGHT = {"from_time": time(22), "until_time": time(6)}


def of(prices, interval, kind=OUTSIDE, mode=SELF, samples=0, charged=None, **changes):
    return calculate_quote(terms(prices=tuple(prices), **changes), interval, kind, mode, samples, charged)


def test_hours_at_one_price():
    priced = of([Price(D("120"))], between("2026-03-02 09:00", "11:30"))
    assert priced.total == D("300.00")
    assert priced.as_rows() == [
        {"unit": "hour", "price_yuan": "120.00", "quantity": "2.5", "amount_yuan": "300.00"}
    ]


def test_user_kind_price_overrides_general_price():
    prices = [Price(D("100")), Price(D("250"), ENTERPRISE), Price(D("40"), INSIDE)]
    hour = between("2026-03-02 09:00", "10:00")
    assert [of(prices, hour, kind).total for kind in (OUTSIDE, ENTERPRISE, INSIDE)] == [
        D("100.00"),
        D("250.00"),
        D("40.00"),
    ]


def test_price_precedence_is_user_kind_then_service_mode_then_time():
    prices = [
        Price(D("10"), **NIGHT),
        Price(D("20"), None, OPERATED),
        Price(D("30"), ENTERPRISE),
    ]
    night = between("2026-03-02 23:00", "2026-03-03 00:00")
    assert of(prices, night, ENTERPRISE, OPERATED).total == D("30.00")
    assert of(prices, night, OUTSIDE, OPERATED).total == D("20.00")
    assert of(prices, night, OUTSIDE, SELF).total == D("10.00")


def test_overnight_booking_is_split_at_local_price_change():
    priced = of([Price(D("100")), Price(D("50"), **NIGHT)], between("2026-03-02 20:00", "2026-03-03 08:00"))
    assert [(row["price_yuan"], row["quantity"]) for row in priced.as_rows()] == [
        ("100.00", "4"),
        ("50.00", "8"),
    ]
    assert priced.total == D("800.00")


def test_weekend_prices_begin_at_midnight_of_saturday_in_the_city():
    weekend = Price(D("300"), weekdays=(5, 6))
    priced = of([Price(D("100")), weekend], between("2026-03-06 22:00", "2026-03-07 01:00"))
    assert priced.total == D("500.00")


def test_hours_without_price_line_are_free():
    day_only = Price(D("100"), from_time=time(8), until_time=time(18))
    assert of([day_only], between("2026-03-02 17:00", "20:00")).total == D("100.00")


def test_samples_and_uses_are_counted_beside_hours():
    prices = [
        Price(D("60")),
        Price(D("25.50"), None, SAMPLES, PriceUnit.SAMPLE),
        Price(D("80"), unit=PriceUnit.USE),
    ]
    hour = between("2026-03-02 09:00", "10:00")
    assert of(prices, hour, mode=SAMPLES, samples=3).total == D("216.50")
    assert of(prices, hour, mode=SELF, samples=3).total == D("140.00")


def test_samples_and_uses_at_certain_times_are_charged_for_what_begins_then():
    prices = [
        Price(D("100"), unit=PriceUnit.SAMPLE),
        Price(D("200"), unit=PriceUnit.SAMPLE, weekdays=(5, 6)),
        Price(D("500"), unit=PriceUnit.USE, from_time=time(18), until_time=time(22)),
    ]
    assert of(prices, between("2026-03-04 10:00", "11:00"), samples=3).total == D("300.00")
    assert of(prices, between("2026-03-04 18:00", "19:00"), samples=3).total == D("800.00")
    assert of(prices, between("2026-03-06 23:00", "2026-03-07 01:00"), samples=3).total == D("300.00")
    assert of(prices, between("2026-03-07 10:00", "11:00"), samples=3).total == D("600.00")


def test_the_minimum_charge_is_a_line_of_its_own():
    half_hour = between("2026-03-02 09:00", "09:30")
    priced = of([Price(D("100"))], half_hour, minimum_charge_yuan=D("80"))
    assert priced.total == D("80.00")
    assert priced.as_rows()[-1] == {
        "unit": "minimum",
        "price_yuan": "80.00",
        "quantity": "1",
        "amount_yuan": "30.00",
    }
    assert of([Price(D("100"))], half_hour, minimum_charge_yuan=D("50")).total == D("50.00")


def test_the_sum_is_rounded_once_and_halves_go_up():
    ten_minutes = between("2026-03-02 09:00", "09:10")
    priced = of([Price(D("100.01"))], ten_minutes)
    assert priced.lines[0].amount == Fraction(10001, 600)
    assert priced.total == D("16.67")
    half = between("2026-03-02 09:00", "09:30")
    assert of([Price(D("0.01"))], half).total == D("0.01")
    two_halves = [Price(D("0.01")), Price(D("0.01"), from_time=time(9, 15), until_time=time(10))]
    assert of(two_halves, half).total == D("0.01")


def test_idle_time_is_not_charged():
    two_hours = between("2026-03-02 09:00", "11:00")
    assert of([Price(D("100"))], two_hours, charged=timedelta(minutes=75)).total == D("125.00")


def test_price_is_missing_only_if_other_users_have_one():
    only_enterprises = terms(prices=(Price(D("9"), ENTERPRISE),))
    assert has_price(only_enterprises, ENTERPRISE, SELF)
    assert not has_price(only_enterprises, OUTSIDE, SELF)
    assert has_price(terms(prices=()), OUTSIDE, SELF)


steps = st.integers(0, 7 * 24 * 4)
amounts = st.decimals(0, 1000, places=2)
some_times = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
some_prices = st.builds(
    lambda amount, times, days: Price(amount, from_time=times[0], until_time=times[1], weekdays=tuple(days)),
    amounts,
    st.one_of(st.just((None, None)), st.tuples(some_times, some_times)),
    st.sets(st.integers(0, 6)),
)


@given(st.lists(some_prices, max_size=4), steps, st.integers(2, 200), st.data())
def test_a_price_is_the_sum_of_the_prices_of_its_parts(prices, start, length, data):
    quarter = timedelta(minutes=15)
    whole = Interval(START + start * quarter, START + (start + length) * quarter)
    cut = whole.start + data.draw(st.integers(1, length - 1)) * quarter
    exact = [
        sum(line.amount for line in of(prices, part).lines)
        for part in (whole, Interval(whole.start, cut), Interval(cut, whole.end))
    ]
    assert exact[0] == exact[1] + exact[2]


@given(amounts, steps, st.integers(1, 200))
def test_an_even_price_is_the_length_times_the_price(amount, start, length):
    quarter = timedelta(minutes=15)
    whole = Interval(START + start * quarter, START + (start + length) * quarter)
    split = [Price(amount), Price(amount, **NIGHT), Price(amount, weekdays=(0, 3))]
    assert sum(line.amount for line in of(split, whole).lines) == Fraction(length, 4) * Fraction(amount)


def test_quantities_are_shown_with_four_decimals_and_halves_go_up():
    shown = [
        of([Price(D("1"))], Interval(START, START + seconds * timedelta(seconds=1))).as_rows()[0]["quantity"]
        for seconds in (3600, 5400, 1200, 2400, 900, 1, 60)
    ]
    assert shown == ["1", "1.5", "0.3333", "0.6667", "0.25", "0.0003", "0.0167"]
    half = Interval(START, START + timedelta(microseconds=180_000))
    assert of([Price(D("1"))], half).as_rows()[0]["quantity"] == "0.0001"


def test_cheapest_of_equally_specific_prices_applies():
    hour = between("2026-03-02 09:00", "10:00")
    assert of([Price(D("20")), Price(D("10")), Price(D("30"))], hour).total == D("10.00")


def test_a_price_for_hours_of_some_weekdays_beats_one_for_those_weekdays_alone():
    hour = between("2026-03-02 09:00", "10:00")
    prices = [Price(D("10"), weekdays=(0,)), Price(D("20"), from_time=time(9), until_time=time(10))]
    assert of(prices, hour).total == D("20.00")
    assert of([Price(D("10")), Price(D("20"), weekdays=(0,))], hour).total == D("20.00")


def test_a_price_without_samples_is_no_line():
    hour = between("2026-03-02 09:00", "10:00")
    assert of([Price(D("5"), unit=PriceUnit.SAMPLE)], hour, samples=0).as_rows() == []
    assert of([], hour).total == D("0.00")


def test_a_price_with_one_end_of_its_hours_applies_all_day():
    hour = between("2026-03-02 09:00", "10:00")
    assert of([Price(D("10"), from_time=time(12))], hour).total == D("10.00")
    assert of([Price(D("10"), until_time=time(8))], hour).total == D("10.00")


def test_minimum_charge_is_met_exactly_to_the_fen():
    hour = between("2026-03-02 09:00", "10:00")
    assert of([Price(D("100"))], hour, minimum_charge_yuan=D("100.01")).total == D("100.01")
    assert len(of([Price(D("100"))], hour, minimum_charge_yuan=D("100.00")).lines) == 1


def test_a_price_from_an_hour_until_the_same_hour_applies_all_day():
    around = Price(D("10"), from_time=time(9), until_time=time(9))
    assert of([around], between("2026-03-02 08:00", "11:00")).total == D("30.00")


CONDITIONS = Conditions(D("374.00"), D("187.00"), (2, 1))


@pytest.mark.parametrize(
    ("shown", "codes"),
    [
        ("374.00 187.00 2,1", []),
        ("", ["booking.price_unread"]),
        ("374.00 187.00", ["booking.price_unread"]),
        ("3740.0 187.00 2,1", ["booking.price_unread"]),
        ("300.00 187.00 2,1", ["booking.price_changed"]),
        ("374.00 - 2,1", ["booking.cancel_cost_changed"]),
        ("374.00 187.00 1,1", ["booking.rule_changed"]),
        (
            "300.00 90.00 1,1",
            ["booking.price_changed", "booking.cancel_cost_changed", "booking.rule_changed"],
        ),
    ],
)
def test_a_form_is_told_each_condition_that_is_no_longer_as_it_was_shown(shown, codes):
    assert [one.code for one in CONDITIONS.find_changes(shown)] == codes
    assert CONDITIONS.to_text() == "374.00 187.00 2,1"


def test_cancelling_that_has_become_free_is_no_change_that_a_form_is_told():
    free = Conditions(D("374.00"), None, (2, 1))
    assert free.find_changes(CONDITIONS.to_text()) == []
    assert free.to_text() == "374.00 - 2,1"
