from datetime import date, time
from decimal import Decimal

from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.price_table import price_table
from providers.terms.domain.terms import OpeningPattern, Price, TermsDraft


def table(*prices, kinds=(UserKind.INSIDE, UserKind.OUTSIDE, UserKind.ENTERPRISE)):
    terms = TermsDraft(
        patterns=(OpeningPattern(time(9), time(17), date(2025, 9, 1)),),
        user_kinds=frozenset(kinds),
        service_modes=frozenset(ServiceMode),
        prices=prices,
    )
    found = price_table(terms)
    rows = [
        (
            tuple(line.service_mode for line in row.lines),
            row.line.unit.value,
            row.line.from_time,
            [None if amount is None else int(amount) for amount in row.amounts],
        )
        for row in found.rows
    ]
    return found.kinds, rows


OPERATED, SELF = ServiceMode.OPERATED, ServiceMode.SELF_OPERATED


def price(amount, kind=None, mode=None, **more):
    return Price(Decimal(amount), kind, mode, **more)


def test_a_row_for_each_service_and_time_and_a_column_for_each_kind_of_user():
    kinds, rows = table(
        price(200),
        price(90, UserKind.INSIDE),
        price(300, UserKind.ENTERPRISE, OPERATED),
        price(50, None, from_time=time(18), until_time=time(8)),
        price(30, UserKind.OUTSIDE, unit=PriceUnit.SAMPLE),
    )
    assert kinds == (UserKind.INSIDE, UserKind.OUTSIDE, UserKind.ENTERPRISE)
    assert rows == [
        ((None,), "hour", None, [90, 200, 200]),
        ((OPERATED,), "hour", None, [None, None, 300]),
        ((None,), "hour", time(18), [50, 50, 50]),
        ((None,), "sample", None, [None, 30, None]),
    ]


def test_services_with_the_same_prices_share_a_row():
    _kinds, rows = table(
        price(90, UserKind.INSIDE, OPERATED),
        price(90, UserKind.INSIDE, SELF),
        price(200, UserKind.OUTSIDE, OPERATED),
        price(200, UserKind.OUTSIDE, SELF),
    )
    assert rows == [((OPERATED, SELF), "hour", None, [90, 200, None])]


def test_prices_of_ineligible_users_are_omitted():
    kinds, rows = table(price(90, UserKind.INSIDE), price(80, UserKind.OUTSIDE), kinds=(UserKind.OUTSIDE,))
    assert (kinds, rows) == ((UserKind.OUTSIDE,), [((None,), "hour", None, [80])])
    assert table(price(90, UserKind.INSIDE), kinds=(UserKind.OUTSIDE,)) == ((UserKind.OUTSIDE,), [])
