"""What the page of a payout list offers to whom."""

from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from tests import factories
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import LATER


def test_who_decided_on_a_claim_and_works_at_finance_too_is_offered_no_payout(vouchers, claimable, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    factories.member(vouchers.finance.memberships.get().organization, Role.FINANCE_OFFICER, vouchers.second)
    clock.set(LATER)

    def offered(person):
        client = Client()
        client.force_login(person)
        answer = client.get(reverse("voucher_list", args=[made.public_id]))
        links = answer.content.decode()
        names = ("voucher_payout_new", "voucher_payout_back")
        leads = [name for name in names if reverse(name, args=[made.public_id, claim.public_id]) in links]
        return leads, "您参与过该申请的提交、审核或清单编制" in text_of(answer)

    assert offered(vouchers.second) == ([], True)
    assert offered(vouchers.finance) == (["voucher_payout_new"], False)
    vouchers.pay(made.rows.get())
    assert offered(vouchers.second) == ([], True)
    assert offered(vouchers.finance) == (["voucher_payout_back"], False)
