"""A payment that was made by hand before the unit named another account."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry, Notification
from rewards.assessment.models import Award
from rewards.payments.models import Payment
from rewards.payments.services.accounts import account_check, account_enter
from rewards.payments.services.payments import payment_reverse
from rewards.report.models import FinanceReport
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of

OLD, NEW = "6222020000001234", "6222020000009999"


@pytest.fixture
def replace(year):
    """Enter another account of the first unit on a day, which Finance checks."""
    manager = year.city.person("出纳", year.first, Role.UNIT_MANAGER)

    def replace(number, now, checked=True):
        entered = account_enter(
            actor=manager,
            organization_id=year.first.pk,
            holder="云屏大学",
            bank="云屏银行",
            number=number,
            now=now,
        )
        if checked:
            account_check(actor=year.city.finance, account_id=entered.pk, now=now)
        return entered

    return replace


@pytest.fixture
def page(steps, year, clock, login):
    """The page that records the payment of the first unit: sealed on 20 January; it is the 23rd."""
    report = steps.through("send")
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    clock.set(AFTER + timedelta(days=18))
    award = Award.objects.get(assessment__organization=year.first)
    address = reverse("payment_new", args=[report.public_id, award.public_id])
    client = login(year.city.finance)

    def page(**typed):
        if not typed:
            return client.get(address)
        shown = {"account": client.get(address).context["form"]["account"].value(), "voucher": "ZF-1"}
        return client.post(address, shown | typed, follow=True)

    return page


def test_what_was_paid_before_the_account_was_replaced_is_recorded_to_it(page, year, replace, login):
    old = year.city.account(year.first)
    new = replace(NEW, AFTER + 17 * DAY)
    asked = text_of(page())
    assert f"云屏大学 云屏银行 {NEW}（2026年1月22日起）" in asked
    assert f"云屏大学 云屏银行科苑支行 {OLD}（至2026年1月22日）" in asked
    wrong = page(paid_account=new.public_id, paid_date="2026-01-21")
    assert wrong.status_code == 422
    assert "2026年1月21日，云屏大学的收款账户不是该账户。" in text_of(wrong)
    wrong = page(paid_account=old.public_id, paid_date="2026-01-23", account_reason=" ")
    assert wrong.status_code == 422
    assert "云屏大学已于2026年1月22日更换该账户。" in text_of(wrong)
    assert not Payment.objects.exists()
    page(paid_account=old.public_id, paid_date="2026-01-21")
    payment = Payment.objects.get()
    assert (payment.account, payment.payee_account) == (OLD, old)
    assert AuditEntry.objects.get(action="payment.recorded").details["account"] == old.public_id
    unit = reverse("assessment", args=[payment.award.assessment.public_id])
    assert "于2026年1月21日拨付至尾号为 1234 的账户" in text_of(login(year.manager).get(unit))


@pytest.mark.parametrize("number", [OLD, NEW])
def test_on_the_day_of_the_change_it_can_have_been_either(page, year, replace, number):
    accounts = {OLD: year.city.account(year.first), NEW: replace(NEW, AFTER + 17 * DAY)}
    page(paid_account=accounts[number].public_id, paid_date="2026-01-22")
    assert Payment.objects.get().account == number


def test_what_the_bank_paid_to_an_account_after_its_replacement_is_recorded_with_the_reason(
    page, year, replace, login
):
    old = year.city.account(year.first)
    replace(NEW, AFTER + 17 * DAY)
    why = "拨付指令于更换账户前发出。"
    page(paid_account=old.public_id, paid_date="2026-01-23", account_reason=why)
    assert Payment.objects.get().payee_account == old
    assert AuditEntry.objects.get(action="payment.recorded").details["reason"] == why
    told = Notification.objects.get(user=year.manager, message__contains="ending in")
    assert (told.params["digits"], told.params["reason"]) == (OLD[-4:], why)
    report = FinanceReport.objects.get()
    shown = login(year.city.finance).get(reverse("report", args=[report.public_id]))
    assert f"尾号 1234 · ZF-1 拨付至已更换的账户，理由： {why}" in text_of(shown)
    payment_reverse(
        actor=year.city.finance,
        payment_id=Payment.objects.get().pk,
        reversed_date=date(2026, 1, 23),
        voucher="CH-1",
        reason="户名不符",
        now=AFTER + 18 * DAY,
    )
    shown = login(year.city.finance).get(reverse("report", args=[report.public_id]))
    assert f"CH-1 拨付至已更换的账户，理由： {why} 户名不符" in text_of(shown)


def test_a_reason_that_is_not_needed_is_not_kept(page, year, replace):
    old = year.city.account(year.first)
    replace(NEW, AFTER + 17 * DAY)
    page(paid_account=old.public_id, paid_date="2026-01-21", account_reason="不必说明")
    assert "reason" not in AuditEntry.objects.get(action="payment.recorded").details
    assert not Notification.objects.filter(message__contains="ending in").exists()


def test_while_a_new_account_waits_for_its_check_what_went_to_the_one_before_is_recorded(
    page, year, replace, login
):
    old = year.city.account(year.first)
    new = replace(NEW, AFTER + 17 * DAY, checked=False)
    report = FinanceReport.objects.get()
    listed = login(year.city.finance).get(reverse("report", args=[report.public_id]))
    assert "登记拨付" in text_of(listed)
    assert reverse("payee_account", args=[year.first.public_id]) in listed.content.decode()
    (row,) = (row for row in listed.context["rows"] if row.organization == year.first.public_id)
    assert (row.is_recordable, row.is_payable) == (True, False)
    asked = page()
    assert f"现用账户待复核：云屏大学 云屏银行 {NEW}" in text_of(asked)
    assert [value for value, _ in asked.context["form"].fields["paid_account"].choices] == [old.public_id]
    assert page(paid_account=new.public_id, paid_date="2026-01-21").status_code == 422
    page(paid_account=old.public_id, paid_date="2026-01-21")
    assert Payment.objects.get().payee_account == old


def test_an_account_that_was_not_shown_is_not_paid(page, year, replace):
    unchecked = replace("6222020000007777", AFTER + 15 * DAY, checked=False)
    replace(OLD, AFTER + 16 * DAY)
    replace(NEW, AFTER + 17 * DAY)
    other = year.city.account(year.second, "6222020000005678")
    for account in (unchecked, other):
        refused = page(paid_account=account.public_id, paid_date="2026-01-21")
        assert refused.status_code == 422
    assert not Payment.objects.exists()


def test_an_account_from_before_the_report_is_not_asked_for(page, year, replace):
    year.city.account(year.first)
    replace(NEW, AFTER + 10 * DAY)
    assert "paid_account" not in page().context["form"].fields
    page(paid_date="2026-01-21")
    assert Payment.objects.get().account == NEW
