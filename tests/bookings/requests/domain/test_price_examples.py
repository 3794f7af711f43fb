"""What a usual use costs before and after a change of terms."""

from decimal import Decimal

import pytest

from bookings.requests.domain.price_examples import PriceExample, calculate_price_examples
from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.terms import Price
from tests.bookings.requests.domain.terms import between, terms

TWO_HOURS = between("2026-03-03 09:00", "11:00")
OUTSIDE = frozenset({UserKind.OUTSIDE})


def test_example_shows_old_and_new_price_per_user_kind():
    before = terms(user_kinds=frozenset({UserKind.OUTSIDE, UserKind.INSIDE}))
    after = terms(
        user_kinds=frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}), prices=(Price(Decimal("150.00")),)
    )
    operated = ServiceMode.OPERATED
    assert calculate_price_examples(before, after, TWO_HOURS) == [
        PriceExample(UserKind.INSIDE, operated, Decimal("200.00"), None),
        PriceExample(UserKind.OUTSIDE, operated, Decimal("200.00"), Decimal("300.00")),
        PriceExample(UserKind.ENTERPRISE, operated, None, Decimal("300.00")),
    ]


def test_first_terms_have_no_price_before():
    (example,) = calculate_price_examples(None, terms(user_kinds=OUTSIDE), TWO_HOURS)
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
def test_example_uses_first_offered_service_mode(offered, shown):
    after = terms(user_kinds=OUTSIDE, service_modes=frozenset(offered))
    assert [one.mode for one in calculate_price_examples(None, after, TWO_HOURS)] == [shown]
    assert calculate_price_examples(None, terms(service_modes=frozenset()), TWO_HOURS) == []


def test_new_service_mode_has_no_old_price():
    before = terms(user_kinds=OUTSIDE, service_modes=frozenset({ServiceMode.REMOTE}))
    after = terms(user_kinds=OUTSIDE, service_modes=frozenset({ServiceMode.OPERATED}))
    (example,) = calculate_price_examples(before, after, TWO_HOURS)
    assert (example.before, example.after) == (None, Decimal("200.00"))


def test_price_per_sample_example_uses_one_sample():
    by_sample = (Price(Decimal("80.00"), unit=PriceUnit.SAMPLE),)
    (example,) = calculate_price_examples(None, terms(user_kinds=OUTSIDE, prices=by_sample), TWO_HOURS)
    assert example.after == Decimal("80.00")
