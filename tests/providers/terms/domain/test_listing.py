"""The prices of a rule as the catalogue compares them, and which version is in force when."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import NamedTuple

from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.listed_prices import (
    FOREVER,
    NO_HOURLY_PRICE,
    listed_price_rows,
    versions_in_force,
)
from providers.terms.domain.terms import Price

INSIDE, OUTSIDE, ENTERPRISE = UserKind.INSIDE, UserKind.OUTSIDE, UserKind.ENTERPRISE
SELF, SAMPLES = ServiceMode.SELF_OPERATED, ServiceMode.SAMPLES


class Version(NamedTuple):
    version: int
    applies_from: datetime


def rows(prices, kinds, modes):
    return {
        (row.user_kind, row.service_mode): (row.hour_yuan, row.from_yuan, row.from_unit)
        for row in listed_price_rows(prices, kinds, modes)
    }


def test_each_kind_has_its_lowest_price_and_anybody_the_lowest_from_outside():
    prices = [
        Price(Decimal(50), INSIDE),
        Price(Decimal(200), OUTSIDE),
        Price(Decimal(300), ENTERPRISE),
    ]
    found = rows(prices, [INSIDE, OUTSIDE, ENTERPRISE], [SELF])
    assert {key: row[0] for key, row in found.items() if key[1] == ""} == {
        ("", ""): 200,
        ("inside", ""): 50,
        ("outside", ""): 200,
        ("enterprise", ""): 300,
    }
    assert found["outside", "self_operated"] == (200, 200, "hour")


def test_a_price_for_a_kind_stands_over_the_one_for_all_and_at_night_it_may_be_less():
    night = Price(Decimal(80), OUTSIDE, from_time=time(20), until_time=time(8))
    prices = [Price(Decimal(60)), Price(Decimal(100), OUTSIDE), night]
    assert rows(prices, [OUTSIDE], [SELF])["outside", ""] == (80, 80, "hour")
    assert rows(prices, [ENTERPRISE], [SELF])["enterprise", ""] == (60, 60, "hour")


def test_sample_prices_sort_after_hourly_prices():
    prices = [
        Price(Decimal(30), unit=PriceUnit.SAMPLE, service_mode=SAMPLES),
        Price(Decimal(90), service_mode=SELF),
    ]
    found = rows(prices, [OUTSIDE], [SELF, SAMPLES])
    assert found["outside", "samples"] == (NO_HOURLY_PRICE, 30, "sample")
    assert found["outside", ""] == (90, 90, "hour")


def test_a_rule_without_prices_is_free_and_one_without_a_price_for_them_is_on_request():
    assert rows([], [OUTSIDE], [SELF])["", ""] == (0, 0, "hour")
    prices = [Price(Decimal(9), OUTSIDE)]
    assert rows(prices, [ENTERPRISE], [SELF])["enterprise", ""] == (NO_HOURLY_PRICE, None, "")
    assert rows(prices, [INSIDE], [SELF])["", ""] == (NO_HOURLY_PRICE, None, "")


def test_later_of_two_applicable_versions_is_in_force():
    def at(month):
        return datetime(2026, month, 1, tzinfo=UTC)

    versions = [Version(1, at(1)), Version(2, at(6)), Version(3, at(3))]
    assert [(one.version, until) for one, until in versions_in_force(versions)] == [(3, FOREVER), (1, at(3))]


def test_the_cheapest_of_other_units_and_a_price_for_the_kind_before_one_for_the_service():
    prices = [
        Price(Decimal(40), unit=PriceUnit.USE),
        Price(Decimal(30), unit=PriceUnit.SAMPLE),
    ]
    assert rows(prices, [OUTSIDE], [SELF])["", ""] == (Decimal("99999999.99"), 30, "sample")
    prices = [Price(Decimal(10), None, SELF), Price(Decimal(90), OUTSIDE)]
    assert rows(prices, [OUTSIDE], [SELF])["outside", "self_operated"] == (90, 90, "hour")
    prices = [Price(Decimal(90), None, SELF), Price(Decimal(10))]
    assert rows(prices, [OUTSIDE], [SELF])["outside", "self_operated"] == (90, 90, "hour")


def test_a_sample_price_for_a_kind_stands_over_the_one_for_all():
    prices = [
        Price(Decimal(100), unit=PriceUnit.SAMPLE),
        Price(Decimal(300), ENTERPRISE, unit=PriceUnit.SAMPLE),
        Price(Decimal(500), ENTERPRISE, unit=PriceUnit.USE),
    ]
    found = rows(prices, [OUTSIDE, ENTERPRISE], [SAMPLES])
    assert found["enterprise", ""] == (NO_HOURLY_PRICE, 300, "sample")
    assert found["outside", ""] == (NO_HOURLY_PRICE, 100, "sample")


def test_a_price_for_a_kind_at_night_leaves_the_one_for_all_by_day():
    night = {"from_time": time(20), "until_time": time(8)}
    prices = [Price(Decimal(60)), Price(Decimal(80), OUTSIDE, **night)]
    assert rows(prices, [OUTSIDE], [SELF])["outside", ""] == (60, 60, "hour")
    by_day = {"from_time": time(8), "until_time": time(20)}
    prices = [Price(Decimal(10)), Price(Decimal(80), **night), Price(Decimal(90), **by_day)]
    assert rows(prices, [OUTSIDE], [SELF])["outside", ""] == (80, 80, "hour")
    weekend = Price(Decimal(90), OUTSIDE, weekdays=(5, 6))
    assert rows([Price(Decimal(60)), weekend], [OUTSIDE], [SELF])["outside", ""] == (60, 60, "hour")


def test_a_sample_price_of_certain_days_leaves_the_one_of_the_others():
    prices = [
        Price(Decimal(100), unit=PriceUnit.SAMPLE),
        Price(Decimal(200), unit=PriceUnit.SAMPLE, weekdays=(5, 6)),
    ]
    assert rows(prices, [OUTSIDE], [SELF])["outside", ""] == (NO_HOURLY_PRICE, 100, "sample")


def test_prices_on_request_sort_last():
    prices = [Price(Decimal(5), OUTSIDE, SELF, unit=PriceUnit.SAMPLE)]
    found = rows(prices, [OUTSIDE, ENTERPRISE], [SELF])
    assert found["", ""] == (NO_HOURLY_PRICE, 5, "sample")
    assert datetime(9999, 1, 1, tzinfo=UTC) == FOREVER
