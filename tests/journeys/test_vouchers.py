"""An innovation voucher from its application to its payout, between a firm, the bureau and Finance."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.bookings.statements.conftest import APRIL_1, confirmed_use
from tests.journeys.test_statements import log_in_as, write
from tests.journeys.walk import axe, confirm, go
from tests.rewards.vouchers.conftest import Vouchers, statement_of

pytestmark = pytest.mark.django_db(transaction=True)
PROOF = {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}


def test_a_voucher_is_applied_for_claimed_audited_and_paid(enter, clock):
    vouchers = Vouchers(factories.city())
    vouchers.open()
    confirmed_use(vouchers.city)
    statement_of(vouchers.city, vouchers.admin)
    clock.set(APRIL_1 + timedelta(days=2, hours=9))

    firm = log_in_as(enter, vouchers.admin)
    firm.goto("/me/statements/")
    firm.get_by_role("link", name="科技创新券").click()
    go(firm.get_by_role("link", name="云屏市科技创新券"))
    axe(firm)
    firm.get_by_role("link", name="申请", exact=True).click()
    firm.locator("[name=amount_yuan]").fill("800")
    firm.locator("[name=fact_0]").fill("新型储能材料研发")
    firm.locator("[name=documents]").set_input_files(PROOF)
    axe(firm)
    go(firm.get_by_role("button", name="提交申请"))
    expect(firm.locator("main")).to_contain_text("待办理")

    bureau = log_in_as(enter, vouchers.officer)
    bureau.goto("/bureau/")
    go(bureau.get_by_role("link", name="科技创新券"))
    axe(bureau)
    bureau.locator("#applications tbody tr", has_text="云屏测试科技有限公司").get_by_role("link").click()
    confirm(bureau, "/grant/")
    expect(bureau.locator("main")).to_contain_text("已发放")

    firm.goto("/vouchers/")
    firm.locator("#grants a").first.click()
    expect(firm.locator(".stats")).to_contain_text("¥800.00")
    axe(firm)
    firm.get_by_role("link", name="申请兑付…").click()
    expect(firm.locator(".stats")).to_contain_text("¥100.00")
    firm.locator("[name=invoice_number]").fill("2650 0001")
    firm.locator("[name=invoice_date]").fill("2026-04-01")
    firm.locator("[name=documents]").set_input_files(PROOF)
    firm.locator("[name=sole_support]").check()
    axe(firm)
    go(firm.get_by_role("button", name="提交兑付申请"))
    claim = firm.url

    bureau.goto(claim)
    axe(bureau)
    confirm(bureau, "/check/")
    expect(bureau.locator("a[href$='/audit/']")).to_have_count(0)
    second = log_in_as(enter, vouchers.auditor)
    second.goto(claim)
    confirm(second, "/audit/")
    expect(second.locator("main")).to_contain_text("复审通过")

    bureau.goto("/bureau/")
    axe(bureau)
    go(bureau.get_by_role("link", name="待列入兑付清单的申请"))
    axe(bureau)
    go(bureau.locator("#to-list a"))
    confirm(bureau, "/list/")

    vouchers.account()
    finance = log_in_as(enter, vouchers.finance)
    finance.goto("/finance/")
    finance.get_by_role("link", name="科技创新券", exact=True).click()
    go(finance.locator("#lists a").first)
    axe(finance)
    paper = finance.request.get(finance.get_by_role("link", name="PDF").get_attribute("href"))
    assert paper.ok and paper.body().startswith(b"%PDF")
    write(finance, "/pay/", bank_reference="HK-2026-1")
    expect(finance.locator("main")).to_contain_text("HK-2026-1")

    firm.goto(claim)
    expect(firm.locator("#payouts")).to_contain_text("¥100.00")
    expect(firm.locator("main")).to_contain_text("已兑付")
