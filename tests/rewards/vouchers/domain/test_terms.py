from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.vouchers.domain.terms import Terms, get_claimable, get_grant_amount, get_left, normalize_invoice

FIRST, LAST, CLAIMED = date(2026, 1, 1), date(2026, 12, 31), date(2027, 2, 28)
DAY = timedelta(days=1)
YUAN = st.decimals("0.01", "100000", places=2)


def terms(**changes):
    facts = {
        "kinds": ("enterprise",),
        "sizes": ("small", "micro"),
        "share_percent": Decimal(50),
        "cap_yuan": Decimal(1000),
        "budget_yuan": Decimal(5000),
        "apply_from": FIRST,
        "apply_until": date(2026, 6, 30),
        "use_from": FIRST,
        "use_until": LAST,
        "claim_until": CLAIMED,
    }
    return Terms(**(facts | changes))


def claimable(uses, granted="1000", of_voucher=(), of_year=(), **changes):
    return get_claimable(
        terms(**changes), uses, granted=Decimal(granted), of_voucher=of_voucher, of_year=of_year
    )


def test_small_firm_qualifies_and_a_university_or_a_large_firm_does_not():
    assert terms().qualifies("enterprise", "small")
    assert not terms().qualifies("university", "none")
    assert not terms().qualifies("enterprise", "large")


def test_days_are_inclusive():
    assert terms().takes_applications(FIRST)
    assert terms().takes_applications(date(2026, 6, 30))
    assert not terms().takes_applications(date(2026, 7, 1))
    assert not terms().takes_applications(FIRST - DAY)
    assert (terms().covers(FIRST), terms().covers(LAST)) == (True, True)
    assert (terms().covers(FIRST - DAY), terms().covers(LAST + DAY)) == (False, False)
    assert (terms().takes_claims(CLAIMED), terms().takes_claims(CLAIMED + DAY)) == (True, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kinds": ()}, "kinds"),
        ({"sizes": ()}, "kinds"),
        ({"share_percent": Decimal(0)}, "share_percent"),
        ({"share_percent": Decimal(101)}, "share_percent"),
        ({"cap_yuan": Decimal(0)}, "cap_yuan"),
        ({"cap_yuan": Decimal(5001)}, "cap_yuan"),
        ({"apply_until": FIRST - DAY}, "apply_until"),
        ({"use_until": date(2026, 6, 29)}, "use_until"),
        ({"use_from": LAST + DAY}, "use_until"),
        ({"claim_until": LAST - DAY}, "claim_until"),
    ],
)
def test_contradictions_are_named_by_field(changes, field):
    assert field in [problem.field for problem in terms(**changes).find_problems()]


def test_terms_without_contradiction_have_no_problem():
    assert list(terms().find_problems()) == []


def test_grant_is_what_was_applied_for_up_to_the_cap_and_what_is_left():
    assert get_grant_amount(terms(), Decimal(300), []) == Decimal(300)
    assert get_grant_amount(terms(), Decimal(3000), []) == Decimal(1000)
    assert get_grant_amount(terms(), Decimal(300), [Decimal(4900)]) == Decimal(100)
    assert get_grant_amount(terms(), Decimal(300), [Decimal(5000)]) == Decimal(0)


def test_what_is_left_has_two_places_however_many_the_sum_has():
    summed = Decimal("151.160000000000")
    assert str(get_left(Decimal(800), [summed])) == "648.84"
    assert str(get_left(Decimal(100), [summed])) == "0.00"


def test_claim_is_a_share_of_the_uses_in_the_period_rounded_down():
    found = claimable([(FIRST, Decimal("100.01")), (FIRST - DAY, Decimal(900))])
    assert (found.basis_yuan, found.amount_yuan) == (Decimal("100.01"), Decimal("50.00"))


def test_claim_is_bounded_by_the_voucher_and_by_the_cap_of_the_year():
    uses = [(FIRST, Decimal(1600))]
    assert claimable(uses).amount_yuan == Decimal(800)
    assert claimable(uses, granted="500").amount_yuan == Decimal(500)
    assert claimable(uses, of_voucher=[Decimal(900)]).amount_yuan == Decimal(100)
    assert claimable(uses, of_year=[Decimal(950)]).amount_yuan == Decimal(50)


def test_uses_that_give_back_more_than_they_cost_claim_nothing():
    assert claimable([(FIRST, Decimal(-10))]).amount_yuan == 0


def test_invoice_is_compared_without_blanks_and_case():
    assert normalize_invoice(" 2650 a01\t") == "2650A01"


@given(budget=YUAN, cap=YUAN, wanted=st.lists(YUAN, max_size=12))
def test_grants_of_a_batch_never_exceed_its_budget(budget, cap, wanted):
    of_batch = terms(budget_yuan=budget, cap_yuan=cap)
    granted = []
    for each in wanted:
        granted.append(get_grant_amount(of_batch, each, granted))
        assert 0 <= granted[-1] <= min(each, cap)
    assert sum(granted) + get_left(budget, granted) == budget


@given(
    granted=YUAN,
    cap=YUAN,
    share=st.integers(1, 100),
    bills=st.lists(st.lists(YUAN, min_size=1, max_size=3), max_size=10),
)
def test_claims_on_a_voucher_add_up_and_none_exceeds_its_share(granted, cap, share, bills):
    claimed = []
    for bill in bills:
        found = claimable(
            [(FIRST, each) for each in bill],
            granted,
            claimed,
            claimed,
            cap_yuan=cap,
            share_percent=Decimal(share),
        )
        assert 0 <= found.amount_yuan <= sum(bill) * share / 100
        claimed.append(found.amount_yuan)
    assert sum(claimed) + get_left(granted, claimed) == granted
    assert sum(claimed) <= cap
