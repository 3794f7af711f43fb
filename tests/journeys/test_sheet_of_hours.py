"""A keeper brings in a sheet of hours; its user states what came of one of them."""

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from playwright.sync_api import expect

from bookings.usage.models import UsageLog
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, go, login

pytestmark = pytest.mark.django_db(transaction=True)
HEADING = "仪器编号,使用人,开始时间,结束时间,服务方式,使用内容\n"


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city()
    for person, name in ((city.keeper, "lin"), (city.researcher, "wu")):
        person.username, person.password = name, make_password(PASSWORD)
        person.save()
    return city


def test_hours_of_a_sheet_and_a_result(page, city):
    number = city.instrument.inner_number
    rows = [
        f"{number},{user},2026-02-27 {hour}:00,2026-02-27 {hour + 1}:30,委托测试,断口观察\n"
        for user, hour in (("wu", 10), ("nobody", 13))
    ]
    login(page, "lin")
    page.goto(reverse("usage_by_hand"))
    axe(page)
    go(page.locator("main .note a[href$='?kind=uses']"))
    axe(page)
    upload(page, HEADING + "".join(rows))
    expect(page.locator("main")).to_contain_text("没有找到此账号")
    axe(page)
    page.go_back()
    upload(page, HEADING + rows[0])
    go(page.locator("main form[method=post] button.btn-primary").first)
    expect(page.locator("main")).to_contain_text("新增上机记录")
    axe(page)

    log = UsageLog.objects.get()
    page.context.clear_cookies()
    login(page, "wu")
    page.goto(reverse("usage_log", args=[log.public_id]))
    expect(page.locator("main")).to_contain_text("表格导入")
    page.locator("main a[href$='results/new/']").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("select[name=kind]").select_option("patent")
    dialog.locator("input[name=title]").fill("一种高强钢断口的定量分析方法")
    dialog.locator("input[name=identifier]").fill("ZL 2003 1 0102344.5")
    go(dialog.locator("button.btn-primary"))
    expect(page.locator("main")).to_contain_text("ZL200310102344.5")
    axe(page)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def upload(page, text):
    page.locator("input[name=sheet]").set_input_files(
        {"name": "机时.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    go(page.locator("main form[enctype] button[type=submit]"))
