"""The price of samples: the rule's where it has one, else the keeper's."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

from bookings.samples.domain.quote import calculate_order_quote, find_quote_problems, has_own_prices
from providers.domain import Price, PriceUnit, ServiceMode, UserKind
from tests.providers.conftest import terms

KIND = UserKind.ENTERPRISE
SAMPLE = Price(Decimal(80), service_mode=ServiceMode.SAMPLES, unit=PriceUnit.SAMPLE)
HOUR = Price(Decimal(100), service_mode=ServiceMode.SAMPLES)
NIGHT = Price(Decimal(50), service_mode=ServiceMode.SAMPLES, from_time=time(20), until_time=time(8))
USE = Price(Decimal(30), unit=PriceUnit.USE)
ELSEWHERE = Price(Decimal(999), service_mode=ServiceMode.REMOTE)


def quote(prices, samples=3, hours="1.5", own=None, **changes):
    found = replace(terms(), prices=tuple(prices), **changes)
    return calculate_order_quote(found, KIND, samples, Decimal(hours), own or {})


def codes(prices, hours="1.5", own=None):
    found = replace(terms(), prices=tuple(prices))
    return [one.code for one in find_quote_problems(found, KIND, Decimal(hours), own or {})]


def test_by_sample_by_hour_and_by_use():
    made = quote([SAMPLE, HOUR, USE, ELSEWHERE])
    assert made.total == Decimal("420.00")
    assert [(line["unit"], line["quantity"], line["amount_yuan"]) for line in made.as_rows()] == [
        ("hour", "1.5", "150.00"),
        ("sample", "3", "240.00"),
        ("use", "1", "30.00"),
    ]


def test_the_price_at_any_time_goes_before_that_of_the_night():
    assert quote([NIGHT, HOUR], samples=0, hours="2").total == 200


def test_the_price_of_the_night_counts_where_there_is_no_other():
    assert quote([NIGHT], samples=0, hours="2").total == 100


def test_samples_are_priced_at_any_time_too():
    weekend = replace(SAMPLE, price_yuan=Decimal(200), weekdays=(5, 6))
    assert quote([weekend, SAMPLE]).total == 240
    assert quote([weekend, USE]).total == 630


def test_the_minimum_charge_of_the_rule_holds():
    assert quote([SAMPLE], samples=1, minimum_charge_yuan=Decimal(200)).total == 200


def test_a_rule_without_any_price_is_free():
    assert quote([]).total == 0
    assert not has_own_prices(replace(terms(), prices=()), KIND)


def test_the_keeper_names_prices_where_the_rule_has_none_for_samples():
    own = {PriceUnit.SAMPLE: Decimal(60), PriceUnit.HOUR: Decimal(10)}
    assert has_own_prices(replace(terms(), prices=(ELSEWHERE,)), KIND)
    assert quote([ELSEWHERE], own=own).total == 195
    assert codes([ELSEWHERE], own=own) == []
    assert codes([ELSEWHERE]) == ["samples.price_missing"]


def test_the_keeper_names_none_beside_the_rule():
    assert codes([SAMPLE], own={PriceUnit.SAMPLE: Decimal(1)}) == ["samples.price_of_rule"]
    assert quote([SAMPLE], samples=1, own={PriceUnit.SAMPLE: Decimal(1)}).total == 80


def test_hours_are_estimated_where_they_cost_something():
    assert codes([HOUR], hours="0") == ["samples.hours_missing"]
    assert codes([SAMPLE], hours="0") == []
    assert codes([SAMPLE], hours="1001") == ["samples.hours_out_of_range"]


def test_prices_and_hours_have_bounds():
    assert codes([ELSEWHERE], own={PriceUnit.USE: Decimal(-1)}) == ["samples.price_out_of_range"]
