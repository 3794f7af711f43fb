"""A statement from its draft to the last yuan, by clicking, between a unit and who pays."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from instrument_share.accounts.domain import Role
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, cancelled_late, confirmed_use
from tests.factories import slot
from tests.journeys.walk import PASSWORD, axe, confirm, go

pytestmark = pytest.mark.django_db(transaction=True)


def log_in_as(enter, person):
    person.set_password(PASSWORD)
    person.save()
    page = enter(person.username)
    page.set_default_timeout(9000)
    return page


def test_a_statement_is_drafted_disputed_and_paid_in_two_parts(enter, clock):
    city = factories.city()
    payer = factories.member(city.company, Role.ORG_ADMIN, name="辛付款")
    confirmed_use(city)
    cancelled_late(city, slot(day=3))
    clock.set(APRIL_1 + timedelta(hours=9))

    unit = log_in_as(enter, city.manager)
    unit.goto(f"/unit/{city.owner.public_id}/statements/")
    confirm(unit, "/statements/draft/")
    unit.get_by_role("link", name="2026-0001").first.click()
    expect(unit.locator("#lines")).to_contain_text("逾期取消")
    expect(unit.locator("#lines tfoot")).to_contain_text("¥300.00")
    confirm(unit, "/send/")
    address = unit.url

    company = log_in_as(enter, payer)
    company.goto("/me/")
    go(company.get_by_role("link", name="2026年3月").first)
    axe(company)
    write(company, "/question/", reason="第2行并非我方取消")
    expect(company.locator("main")).to_contain_text("有异议")

    unit.goto(address)
    expect(unit.locator("#said")).to_contain_text("第2行并非我方取消")
    write(unit, "/answer/", reason="取消由贵方人员提交，见预约记录")
    company.reload()
    expect(company.locator("#said")).to_contain_text("见预约记录")
    confirm(company, "/confirm/")

    unit.reload()
    write(unit, "/payment/", amount_yuan="120.50", voucher="ZZ-1", invoice_number="FP-1")
    expect(unit.locator(".stats")).to_contain_text("¥179.50")
    write(unit, "/payment/", voucher="ZZ-2", invoice_number="FP-1")
    expect(unit.locator("main")).to_contain_text("已结清")
    axe(unit)

    company.reload()
    expect(company.locator("#payments")).to_contain_text("ZZ-2")
    for language in ("中文", "English"):
        link = company.get_by_role("link", name=f"PDF {language}").get_attribute("href")
        paper = company.request.get(link)
        assert paper.ok and paper.body().startswith(b"%PDF")


def write(page: Page, link: str, **values: str) -> None:
    """Follow a link that asks for something first, fill it in, and send."""
    page.locator(f"a[href$='{link}'][data-confirm]").first.click()
    dialog = page.get_by_role("dialog")
    for name, value in values.items():
        dialog.locator(f"[name={name}]").fill(value)
    go(dialog.locator("form[method=post] button.btn").first)
