"""From sign-up to a booking that one's organization pays: register, be admitted, invite, accept, book."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from playwright.sync_api import expect

from bookings.requests.models import Booking
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District
from instrument_share.kernel.uscc import compute_check_character
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, confirm_address, go

pytestmark = pytest.mark.django_db(transaction=True)
USCC = "91990105YP1000027" + compute_check_character("91990105YP1000027")
LICENCE = {"name": "营业执照.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}


@pytest.fixture
def city(clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock.set(NOW)
    District.objects.create(code="990105", name_zh="启辰高新区")
    officer = factories.officer()
    officer.username, officer.password = "guan", make_password(PASSWORD)
    officer.save()
    return factories.city(decision="at_once")


def sign_up(page, name, username, email=None):
    for label, text in {"姓名": name, "用户名": username}.items():
        page.get_by_label(label, exact=True).fill(text)
    if email:
        page.locator("#id_email").fill(email)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    page.locator("main").get_by_role("button", name="注册").click()
    confirm_address(page)


def test_a_person_registers_an_enterprise_and_a_colleague_books_for_it(enter, city, watch):
    watch.expect("status of 422")  # the code with a wrong check character
    founder = enter()
    founder.goto("/accounts/signup/")
    sign_up(founder, "冷叙白", "leng", "leng@example.org")
    expect(founder.get_by_role("heading", level=1)).to_have_text("我的单位")
    axe(founder)
    founder.get_by_role("link", name="注册用户单位").click()
    register(founder)

    officer = enter("guan")
    go(officer.get_by_role("link", name="查看注册信息"))
    axe(officer)
    officer.get_by_role("link", name="准予准入").click()
    officer.get_by_role("dialog").get_by_role("button", name="准予准入").click()
    expect(officer.locator("#notes")).to_contain_text("冷川冻干技术有限公司已准予准入")

    founder.goto("/me/organizations/")
    founder.get_by_role("heading", name="冷川冻干技术有限公司").get_by_role("link").click()
    go(founder.get_by_role("link", name="成员", exact=True))
    axe(founder)
    founder.get_by_label("电子邮箱", exact=True).fill("wen@example.org")
    founder.get_by_role("button", name="发送邀请").click()
    expect(founder.locator("#notes")).to_contain_text("已邀请 wen@example.org")

    colleague = enter()
    colleague.goto(re.search(r"http\S+/invitations/\S+", mail.outbox[-1].body)[0])
    axe(colleague)
    colleague.locator("main").get_by_role("link", name="注册", exact=True).click()
    expect(colleague.locator("#id_email")).to_have_value("wen@example.org")
    sign_up(colleague, "温知行", "wen")
    colleague.get_by_role("button", name="接受邀请").click()
    expect(colleague.locator("#notes")).to_contain_text("您已加入冷川冻干技术有限公司")
    book(colleague, city)


def register(page):
    for label, text in {
        "统一社会信用代码": USCC[:-1] + ("A" if USCC[-1] != "A" else "B"),
        "中文名称": "冷川冻干技术有限公司",
        "联系电话": "0570-0000-0131",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("单位类型").select_option("enterprise")
    page.locator("#id_size_class").select_option("micro")
    page.get_by_label("所在区县").select_option("990105")
    page.get_by_label("证明材料").set_input_files([LICENCE])
    page.get_by_role("button", name="提交注册").click()
    expect(page.locator("main")).to_contain_text("不是有效的统一社会信用代码")
    expect(page.get_by_label("中文名称")).to_have_value("冷川冻干技术有限公司")
    axe(page)
    page.get_by_label("统一社会信用代码", exact=True).fill(USCC)
    page.get_by_label("证明材料").set_input_files([LICENCE])
    page.get_by_role("button", name="提交注册").click()
    expect(page.locator("#notes")).to_contain_text("冷川冻干技术有限公司已提交注册")


def book(page, city):
    page.clock.set_fixed_time(NOW)
    page.goto(f"/instruments/{city.instrument.public_id}/book/")
    page.locator("#id_starts_at").fill("2026-03-03T10:00")
    page.locator("#id_ends_at").fill("2026-03-03T12:00")
    page.locator("#id_payer").select_option(label="冷川冻干技术有限公司")
    page.locator("#id_subject").fill("冻干粉形貌")
    expect(page.locator("#quote")).to_contain_text("¥200.00")
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator("#notes")).to_contain_text("预约成功")
    assert Booking.objects.get().payer_organization.name_zh == "冷川冻干技术有限公司"


def test_a_request_is_admitted_and_the_last_administrator_hands_over(enter, city):
    admin = factories.member(city.company, Role.ORG_ADMIN, name="辛")
    newcomer = factories.user("温知行")
    for person, username in ((admin, "xin"), (newcomer, "wen")):
        person.username, person.password = username, make_password(PASSWORD)
        person.save()
    page = enter("wen")
    page.goto("/organizations/join/")
    page.get_by_label("单位名称或统一社会信用代码").fill("测试科技")
    go(page.get_by_role("button", name="查找"))
    axe(page)
    page.get_by_role("link", name="申请加入").click()
    page.get_by_role("dialog").get_by_role("button", name="申请加入").click()
    expect(page.locator("#notes")).to_contain_text("已申请加入云屏测试科技有限公司")

    desk = enter("xin", viewport={"width": 375, "height": 800})
    desk.goto("/me/organizations/")
    desk.get_by_role("link", name="1 份申请待处理").click()
    desk.get_by_role("button", name="同意加入").click()
    expect(desk.locator("#notes")).to_contain_text("已同意温知行加入")
    desk.get_by_role("link", name="移交").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("移交给").select_option(label=f"温知行 · {newcomer.email}")
    dialog.get_by_role("button", name="移交").click()
    expect(desk.locator("#notes")).to_contain_text("角色已移交")
    axe(desk)
    page.goto("/me/organizations/")
    expect(page.locator("main")).to_contain_text("用户单位管理员")


def test_a_long_name_leaves_the_tabs_beside_it_in_sight_on_a_phone(city, enter):
    name = "启辰高新区新能源材料与先进制造产业技术创新研究院有限公司"
    admin = factories.member(factories.organization(name), Role.ORG_ADMIN, name="辛")
    admin.set_password(PASSWORD)
    admin.save()
    page = enter(admin.username, viewport={"width": 375, "height": 740})
    page.goto("/me/")
    tabs = page.get_by_role("navigation", name="“我的预约”各部分")
    long = tabs.get_by_role("link", name=name)
    long.evaluate("one => one.parentElement.scrollTo(one.offsetLeft - one.parentElement.offsetLeft, 0)")
    assert long.bounding_box()["width"] <= 0.6 * tabs.bounding_box()["width"]
    expect(tabs.get_by_role("link", name="我的单位")).to_be_in_viewport(ratio=1)
