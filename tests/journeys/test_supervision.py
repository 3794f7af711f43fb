"""The bureau finds who is incomplete, why and since when, and reminds; the unit does it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from playwright.sync_api import expect

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.journal import services as journal
from instrument_share.web.responses.problem import told
from providers.units.models import ServiceCase
from tests import factories
from tests.journeys.walk import PASSWORD, axe, go

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in the city

pytestmark = pytest.mark.django_db(transaction=True)


def person(of, role, username, name):
    user = factories.user(name)
    user.username, user.password = username, make_password(PASSWORD)
    user.save()
    return factories.member(of, role, user)


@pytest.fixture
def university(clock):
    """A unit whose first of two cases is too old since 23 February; its manager li, the officer guan."""
    clock.set(MONDAY)
    unit = factories.organization("云屏测试大学", owns_instruments=True)
    person(unit, Role.UNIT_MANAGER, "li", "李经理")
    bureau = factories.organization("云屏市科学技术局", kind="bureau")
    person(bureau, Role.BUREAU_OFFICER, "guan", "关经办")
    for days in (373, 100):
        at = MONDAY - timedelta(days=days)
        ServiceCase.objects.create(organization=unit, title_zh="断口分析", created_at=at, published_at=at)
    return unit


def test_bureau_finds_incomplete_units_and_sends_reminder(enter, university, clock):
    bureau = enter("guan")
    expect(bureau).to_have_title("科技局工作台 · 云屏市大型科学仪器共享平台")
    axe(bureau)

    # Who is incomplete and since when: one click. Why: two.
    bureau.get_by_role("link", name="开放服务案例", exact=True).click()
    row = bureau.get_by_role("row", name="云屏测试大学")
    expect(row.get_by_role("cell", name="数量不足")).to_contain_text("2026年2月23日")
    axe(bureau)
    row.get_by_role("link", name="云屏测试大学").click()
    case = bureau.get_by_role("row", name="开放服务案例 数量不足")
    expect(case).to_contain_text("近 365 天已发布 1 条，应不少于 2 条。")
    expect(case).to_contain_text("2026年2月23日")
    axe(bureau)

    bureau.get_by_role("link", name="发送催办").click()
    expect(bureau.get_by_text("收件人：")).to_contain_text("李经理")
    bureau.get_by_label("补充说明").fill("请在月底前完成")
    axe(bureau)
    bureau.get_by_role("button", name="向勾选的单位发送催办").click()
    expect(bureau.get_by_text("已向 1 家单位发送催办。")).to_be_visible()
    expect(bureau.get_by_role("row", name="云屏测试大学")).to_contain_text("2026年3月2日")

    # By mail, with a link to where it is done.
    journal.notifications_mail(clock.now(), tell=told)
    (message,) = mail.outbox
    assert message.to == [university.memberships.get().user.email]
    assert "- 开放服务案例：近 365 天已发布 1 条，应不少于 2 条。请再发布 1 条。" in message.body
    link = next(line for line in message.body.splitlines() if line.startswith("http"))

    unit = enter("li")
    unit.goto("/me/notifications/")
    expect(unit.get_by_text("近 365 天已发布 1 条").first).to_be_visible()
    axe(unit)
    unit.goto(link)
    expect(unit.get_by_role("heading", name="科技局请贵单位完善信息")).to_be_visible()
    expect(unit.get_by_text("请在月底前完成")).to_be_visible()
    axe(unit)
    unit.get_by_role("link", name="请再发布 1 条。").click()
    unit.get_by_label("标题", exact=True).fill("涡轮叶片断口分析")
    unit.get_by_label("正文", exact=True).fill("确定为疲劳断裂，改进了热处理工艺。")
    go(unit.get_by_role("button", name="立即发布", exact=True))
    unit.goto(link)
    expect(unit.locator("#reminder")).not_to_contain_text("开放服务案例")

    bureau.goto("/bureau/")
    week = bureau.locator("#week")
    expect(week).to_contain_text("云屏测试大学")
    expect(week).to_contain_text("开放服务案例")
    expect(week).to_contain_text("完整")


def test_reminders_can_be_sent_on_a_phone(enter, university):
    phone = enter("guan", viewport={"width": 375, "height": 800})
    phone.goto("/bureau/completeness/?sort=-percent")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    phone.get_by_label("催办云屏测试大学").check()
    phone.get_by_role("button", name="向勾选的单位发送催办").click()
    expect(phone.get_by_role("checkbox", name="云屏测试大学")).to_be_checked()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    axe(phone)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_of_public_holidays_is_no_wider_than_a_phone(enter, university, language):
    User.objects.update(language=language)
    phone = enter("guan", viewport={"width": 375, "height": 800})
    phone.goto("/bureau/holidays/2026/")
    phone.locator("main details > summary").click()
    listed = phone.locator("main details .table-region")
    assert listed.evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0
    axe(phone)
