"""Samples from the order to the report, by clicking, between a user and the keeper."""

import pytest
from playwright.sync_api import Page, expect

from bookings.samples.models import SampleOrder
from tests import factories
from tests.bookings.samples.steps import PDF
from tests.factories import NOW, jpeg, slot
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 375, "height": 800}}


def log_in_as(enter, person, **window):
    person.set_password(PASSWORD)
    person.save()
    page = enter(person.username, **window)
    page.set_default_timeout(9000)
    return page


def test_samples_are_ordered_quoted_received_measured_and_reported(enter, clock):
    clock.set(NOW)
    city = factories.city()
    user = log_in_as(enter, city.researcher, **PHONE)
    keeper = log_in_as(enter, city.keeper)

    user.goto(f"/instruments/{city.instrument.public_id}/")
    user.locator("a[href$='/samples/']").first.click()
    describe(user, 0, number="A-1", name="钛合金断口", tests="断口形貌")
    user.get_by_role("button", name="添加样品").click()
    expect(user.locator("#id_samples-1-number")).to_be_visible()
    expect(user.locator("#id_samples-0-name")).to_have_value("钛合金断口")
    describe(user, 1, number="A-2", name="电解液", tests="成分")
    user.locator("#id_samples-1-hazards input").first.check()
    user.locator("#id_subject").fill("断口与电解液分析")
    axe(user)
    go(user.get_by_role("button", name="提交并请求报价"))
    expect(user.locator("#samples")).to_contain_text("易燃易爆")

    keeper.goto("/keeper/")
    keeper.locator("#samples").get_by_role("link", name="断口与电解液分析").click()
    fill(keeper, "/quote/", hours="2", report_days="7")
    expect(keeper.locator("main")).to_contain_text("¥200.00")
    go(keeper.get_by_role("button", name="发送报价"))
    expect(keeper.locator("#quote")).to_contain_text("¥200.00")

    user.goto("/me/")
    user.locator("#samples").get_by_role("link", name="断口与电解液分析").click()
    user.get_by_role("link", name="接受报价…").click()
    go(user.get_by_role("dialog").get_by_role("button", name="接受报价"))
    expect(user.get_by_role("link", name="标签（PDF）")).to_be_visible()
    user.get_by_role("link", name="添加照片").click()
    user.locator("#id_documents").set_input_files(
        {"name": "断口.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    go(user.get_by_role("button", name="添加照片"))
    expect(user.locator("#files")).to_contain_text("断口.jpg")

    keeper.reload()
    fill(keeper, "/receive/", brought_by="顺丰 SF123", place="冷柜 2")
    keeper.get_by_role("link", name="排期").click()
    keeper.locator("#id_starts_at").fill("2026-03-03T09:00")
    keeper.locator("#id_ends_at").fill("2026-03-03T10:00")
    axe(keeper)
    go(keeper.get_by_role("button", name="安排这段机时"))
    address = keeper.url

    clock.set(slot().start)
    keeper.locator("#time a").first.click()
    go(keeper.get_by_role("button", name="签到"))
    clock.set(slot(length=1).end)
    keeper.get_by_role("link", name="签退").click()
    go(keeper.locator("main form[method=post] button.btn-primary").first)
    expect(keeper.locator("main")).to_contain_text("¥200.00")

    keeper.goto(address)
    keeper.get_by_role("link", name="交付报告").click()
    keeper.locator("#id_documents").set_input_files(
        {"name": "检测报告.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    go(keeper.get_by_role("button", name="交付报告"))
    axe(keeper)

    user.reload()
    with user.expect_download() as download:
        user.get_by_role("link", name="检测报告.pdf").click()
    assert download.value.path().read_bytes() == PDF
    axe(user)
    fill(keeper, "/close/", note="本人取回")
    assert SampleOrder.objects.get().state == "closed"


def describe(page: Page, row: int, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#id_samples-{row}-{name}").fill(value)


def fill(page: Page, link: str, **values: str) -> None:
    """Follow a link that asks first, fill in what it asks, and mean it."""
    page.locator(f"a[href$='{link}'][data-confirm]").first.click()
    form = page.get_by_role("dialog").locator("form[method=post]")
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    go(form.locator("button.btn").first)
