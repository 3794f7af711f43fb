"""What the page of a payout list offers to whom."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from rewards.vouchers.models import VoucherPayout
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
        pay = reverse("voucher_payout_new", args=[made.public_id, claim.public_id])
        back = [
            reverse("voucher_payout_back", args=[made.public_id, payout.public_id])
            for payout in VoucherPayout.objects.all()
        ]
        leads = {name: address in links for name, address in zip(("pay", "back"), [pay, *back], strict=False)}
        opens = [client.get(address).status_code for address in [pay, *back]]
        return leads, opens, "您参与过该申请的提交、审核或清单编制" in text_of(answer)

    assert offered(vouchers.second) == ({"pay": False}, [409], True)
    assert offered(vouchers.finance) == ({"pay": True}, [200], False)
    vouchers.pay(made.rows.get())
    assert offered(vouchers.second) == ({"pay": False, "back": False}, [409, 409], True)
    assert offered(vouchers.finance) == ({"pay": False, "back": True}, [409, 200], False)


def test_days_on_which_a_payout_can_have_been_made_or_come_back_are_offered(vouchers, claimable, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    listed, later = local_date(LATER), LATER + timedelta(days=5)
    clock.set(later)
    client = Client()
    client.force_login(vouchers.finance)

    def days(name, of):
        form = client.get(reverse(name, args=[made.public_id, of.public_id])).context["form"]
        attrs = form.fields["paid_date" if name == "voucher_payout_new" else "reversed_date"].widget.attrs
        return attrs["min"], attrs["max"]

    today = local_date(later).isoformat()
    assert days("voucher_payout_new", claim) == (listed.isoformat(), today)
    paid, returned = (listed + timedelta(days=number) for number in (1, 3))
    payout = vouchers.pay(made.rows.get(), paid_date=paid, now=later)
    assert days("voucher_payout_back", payout) == (paid.isoformat(), today)
    vouchers.come_back(payout, reversed_date=returned, now=later)
    assert days("voucher_payout_new", claim) == (returned.isoformat(), today)


def test_who_records_a_return_after_a_colleague_reads_that_it_is_recorded(vouchers, claimable, clock):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    payout = vouchers.pay(made.rows.get())
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.finance)
    back = reverse("voucher_payout_back", args=[made.public_id, payout.public_id])
    assert client.get(back).status_code == 200
    vouchers.come_back(payout)  # a colleague
    assert client.get(back).status_code == 409
    typed = {"reversed_date": local_date(LATER), "bank_reference": "TH-2", "reason": "账号有误"}
    refused = client.post(back, typed)
    assert refused.status_code == 409
    assert "该笔兑付已于2026年4月6日退回，没有重复登记。" in text_of(refused)
    again = vouchers.pay(made.rows.get(), "HK-2")
    assert client.post(back, typed).status_code == 409
    assert not hasattr(again, "reversal")


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
