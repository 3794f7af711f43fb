"""What a usual use costs before and after a change of terms."""

from decimal import Decimal

import pytest

from bookings.requests.domain.price_examples import PriceExample, price_examples
from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.terms import Price
from tests.bookings.requests.domain.terms import between, terms

TWO_HOURS = between("2026-03-03 09:00", "11:00")
OUTSIDE = frozenset({UserKind.OUTSIDE})


def test_each_kind_of_user_that_either_terms_admit_has_its_price_before_and_after():
    before = terms(user_kinds=frozenset({UserKind.OUTSIDE, UserKind.INSIDE}))
    after = terms(
        user_kinds=frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}), prices=(Price(Decimal("150.00")),)
    )
    operated = ServiceMode.OPERATED
    assert price_examples(before, after, TWO_HOURS) == [
        PriceExample(UserKind.INSIDE, operated, Decimal("200.00"), None),
        PriceExample(UserKind.OUTSIDE, operated, Decimal("200.00"), Decimal("300.00")),
        PriceExample(UserKind.ENTERPRISE, operated, None, Decimal("300.00")),
    ]


def test_first_terms_have_no_price_before():
    (example,) = price_examples(None, terms(user_kinds=OUTSIDE), TWO_HOURS)
    assert (example.before, example.after, example.share) == (None, Decimal("200.00"), None)


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        ([ServiceMode.SAMPLES, ServiceMode.REMOTE], ServiceMode.REMOTE),
        ([ServiceMode.REMOTE, ServiceMode.SELF_OPERATED], ServiceMode.SELF_OPERATED),
        ([ServiceMode.SELF_OPERATED, ServiceMode.OPERATED], ServiceMode.OPERATED),
        ([ServiceMode.SAMPLES], ServiceMode.SAMPLES),
    ],
)
def test_the_example_is_of_the_first_way_of_service_that_is_offered(offered, shown):
    after = terms(user_kinds=OUTSIDE, service_modes=frozenset(offered))
    assert [one.mode for one in price_examples(None, after, TWO_HOURS)] == [shown]
    assert price_examples(None, terms(service_modes=frozenset()), TWO_HOURS) == []


def test_a_way_of_service_that_is_new_has_no_price_before():
    before = terms(user_kinds=OUTSIDE, service_modes=frozenset({ServiceMode.REMOTE}))
    after = terms(user_kinds=OUTSIDE, service_modes=frozenset({ServiceMode.OPERATED}))
    (example,) = price_examples(before, after, TWO_HOURS)
    assert (example.before, example.after) == (None, Decimal("200.00"))


def test_a_price_by_the_sample_is_that_of_one():
    by_sample = (Price(Decimal("80.00"), unit=PriceUnit.SAMPLE),)
    (example,) = price_examples(None, terms(user_kinds=OUTSIDE, prices=by_sample), TWO_HOURS)
    assert example.after == Decimal("80.00")
