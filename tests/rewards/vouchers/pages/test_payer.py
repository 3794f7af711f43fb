"""What the page of a payout list offers to whom."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from tests import factories
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import LATER, local_date


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


def test_the_desk_lists_only_what_its_reader_may_pay(vouchers, claimable, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    treasury = vouchers.finance.memberships.get().organization
    company = claim.grant.organization
    member = factories.member(company, Role.RESEARCHER, factories.member(treasury, Role.FINANCE_OFFICER))
    factories.member(treasury, Role.FINANCE_OFFICER, vouchers.second)
    clock.set(LATER)

    def is_listed(person):
        client = Client()
        client.force_login(person)
        return (
            reverse("voucher_list", args=[made.public_id]) in client.get(reverse("finance")).content.decode()
        )

    assert is_listed(vouchers.finance)
    assert not is_listed(vouchers.second)
    assert not is_listed(member)
    vouchers.account()
    vouchers.pay(made.rows.get())
    assert not is_listed(vouchers.finance)


def test_the_page_says_why_a_payout_went_to_a_replaced_account(vouchers, claimable, clock):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    old, later = vouchers.account(), LATER + timedelta(days=2)
    vouchers.enter_account(number="6222020000009999", now=LATER + timedelta(days=1))
    vouchers.pay(
        made.rows.get(),
        paid_account=old.public_id,
        account_reason="指令已于前日发出。",
        paid_date=local_date(later),
        now=later,
    )
    clock.set(later)
    client = Client()
    client.force_login(vouchers.finance)
    shown = text_of(client.get(reverse("voucher_list", args=[made.public_id])))
    assert "拨付至已更换的账户，理由： 指令已于前日发出。" in shown
