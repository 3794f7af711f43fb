"""A new unit, by clicking alone: from its registration to 100 % and to the first hour that somebody books.

Only the bureau, its officer, a district and the category table are there before. Everything else is typed and
clicked, each time from where the unit's own desk says what to do next.
"""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.hashers import make_password
from PIL import Image
from playwright.sync_api import Page, expect

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District
from instrument_share.kernel.uscc import compute_check_character
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.services.categories import category_table_load
from tests import factories
from tests.journeys.walk import PASSWORD, axe, confirm, confirm_address

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in the city."""
UNIT = "云屏新到材料研究所"
INSTRUMENT = "透射电子显微镜"
CODE = "12990000MB1K23456"
INTRODUCTION = "本所成立于二〇二〇年，建有面向全市开放的分析测试平台，配备电子显微镜与表面分析仪器，" * 3
PICTURE_BYTES = BytesIO()
Image.new("RGB", (640, 480), "teal").save(PICTURE_BYTES, "PNG")
PICTURE = {"name": "photo.png", "mimeType": "image/png", "buffer": PICTURE_BYTES.getvalue()}
LICENCE = {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _the_bureau_alone(clock, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    clock.set(NOW)
    District.objects.create(code="990101", name_zh="望江区")
    bureau = factories.organization("云屏市科学技术局", kind="bureau")
    officer = factories.member(bureau, Role.BUREAU_OFFICER, name="关经办")
    officer.username, officer.password = "guan", make_password(PASSWORD)
    officer.save()
    category_table_load(
        actor=None,
        version="journey",
        rows=[
            CategoryRow("010000", "分析仪器"),
            CategoryRow("010100", "电子光学仪器", "010000"),
            CategoryRow("010101", "透射电镜", "010100"),
        ],
        now=NOW,
    )


def test_a_new_unit_comes_to_100_percent_and_is_booked(enter, clock):
    manager = enter()
    manager.set_default_timeout(9000)
    sign_up(manager, "wen", "文管理")
    register_the_unit(manager)
    officer = enter("guan")
    officer.set_default_timeout(9000)
    admit(officer)

    manager.goto("/unit/")
    expect(manager.locator("main")).to_contain_text("0%")
    write_the_profile(manager)
    publish_what_was_handed_in(officer, UNIT)
    enter_the_instrument(manager)
    publish_what_was_handed_in(officer, INSTRUMENT)
    publish_the_other_four(manager)
    at_the_desk(manager)
    expect(manager.locator("main")).to_contain_text("100%")
    expect(manager.locator("main")).to_contain_text("六类信息均已完整")
    axe(manager)

    open_the_instrument(manager)
    clock.move(timedelta(hours=2))
    guest = enter()
    guest.clock.set_fixed_time(clock.now())
    sign_up(guest, "ke", "柯访客")
    book_two_hours(guest)


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#id_{name}").fill(value)


def sign_up(page: Page, username: str, name: str) -> None:
    page.goto("/")
    page.locator("a.top-login").click()
    page.locator("a[href*='/accounts/signup/']").first.click()
    fill(page, name=name, username=username, email=f"{username}@example.org")
    fill(page, password1=PASSWORD, password2=PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    axe(page)
    page.locator("form[data-form]").get_by_role("button", name="注册").click()
    confirm_address(page)
    page.wait_for_url(lambda url: "/accounts/" not in url)


def register_the_unit(page: Page) -> None:
    page.locator("a[href$='?owning']").click()
    fill(
        page, uscc=CODE + compute_check_character(CODE), name_zh=UNIT, contact="文管理", phone="0570-7654321"
    )
    page.locator("#id_kind").select_option("institute")
    page.locator("#id_district").select_option("990101")
    expect(page.locator("#id_owns_instruments")).to_be_checked()
    page.locator("#id_documents").set_input_files([LICENCE])
    axe(page)
    page.locator("form[data-form] button.btn-primary").click()
    expect(page.locator("#notes")).to_contain_text(UNIT)


def admit(page: Page) -> None:
    page.get_by_role("link", name=UNIT).first.click()
    expect(page.get_by_role("link", name="证书.pdf")).to_be_visible()
    axe(page)
    confirm(page, "/admit/")
    expect(page.locator("#notes")).to_contain_text(UNIT)


def at_the_desk(page: Page) -> None:
    page.locator("a[href='/unit/']:visible").first.click()
    page.wait_for_url("**/unit/")


def write_the_profile(page: Page) -> None:
    at_the_desk(page)
    page.locator("main ol a[href$='/profile/']").first.click()
    fill(page, introduction_zh=INTRODUCTION, address_zh="望江区科苑路 8 号", contact="文管理")
    fill(page, phone="0570-7654321")
    page.locator("#id_picture").set_input_files([PICTURE])
    page.get_by_role("button", name="保存", exact=True).click()
    confirm(page, "/profile/submit/")


def publish_what_was_handed_in(page: Page, name: str) -> None:
    page.locator("a[href='/bureau/']:visible").first.click()
    page.locator("tr", has_text=name).locator("a[href*='/bureau/reviews/']").first.click()
    confirm(page, "/publish/")
    expect(page.locator("#notes")).to_contain_text("已发布")


def enter_the_instrument(page: Page) -> None:
    at_the_desk(page)
    page.locator("main ol a[href$='/instruments/']").first.click()
    page.locator("a[href$='/instruments/new/']").first.click()
    fill(
        page,
        name_zh=INSTRUMENT,
        inner_number="TEM-1",
        model="TX-200",
        manufacturer="云屏光学",
        value_yuan="2500000",
        in_service_date="2024-05-01",
        specification_zh="点分辨率 0.19 nm，加速电压 200 kV",
        functions_zh="形貌与结构分析",
        services_zh="委托测试与自主上机",
        place_zh="一号楼 101",
        contact="文管理",
        phone="0570-7654321",
    )
    page.locator("#id_category").select_option("010101")
    page.locator("#id_country").select_option("CN")
    page.locator("form[data-form] button.btn-primary").click()
    page.wait_for_url("**/edit/")
    confirm(page, "/submit/")


def publish_the_other_four(page: Page) -> None:
    """News, regulation, cases and the openness statement, each by the step that the desk names next."""
    for number in range(1, 5):
        publish(page, "news", title_zh=f"第{number}季度开放动态", body_zh="本季度面向全市开放，欢迎预约。")
    publish(
        page,
        "regulation",
        title_zh="大型仪器设备开放共享管理办法",
        body_zh="第一条 仪器设备面向社会开放。",
        effective_date="2026-01-01",
    )
    for client in ("甲", "乙"):
        publish(page, "case", title_zh=f"为{client}企业完成失效分析", body_zh="定位了断裂起源。")
    publish(page, "openness", title_zh="2025 年度管理开放信息", body_zh="全年面向社会开放。")


NEXT_STEP = {"news": "news", "regulation": "regulation", "case": "case", "openness": "statement"}
"""What stands in the address of each step that the desk names."""


def publish(page: Page, kind: str, **values: str) -> None:
    at_the_desk(page)
    page.locator(f"main ol a[href*='/{NEXT_STEP[kind]}/']").first.click()
    fill(page, **values)
    page.locator("form[data-form] button[value=publish]").click()
    expect(page.locator("#notes")).to_contain_text("已发布")


def open_the_instrument(page: Page) -> None:
    page.locator("main a[href$='/instruments/']").first.click()
    page.get_by_role("link", name=INSTRUMENT, exact=True).click()
    page.get_by_role("link", name="开放服务规则与收费").first.click()
    page.get_by_label("价格（元）").first.fill("260")
    page.get_by_label("生效时间").fill("2026-03-02T10:00")
    page.get_by_label("生效时间").press("Enter")
    expect(page.locator("#preview")).to_contain_text("260.00 元/小时。")
    page.locator("button[name=act][value=publish]").click()
    expect(page.locator("#notes")).to_contain_text("第 1 版规则已公开")


def book_two_hours(page: Page) -> None:
    page.goto("/")
    page.locator("main input[name=q]").fill("toushe")
    page.locator("main input[name=q]").press("Enter")
    page.get_by_role("link", name=INSTRUMENT).first.click()
    expect(page.locator("main")).to_contain_text("¥260.00")
    page.locator("a[href$='/book/']").first.click()
    fill(page, starts_at="2026-03-04T10:00", ends_at="2026-03-04T12:00", subject="合金薄片形貌")
    page.locator("#id_ends_at").dispatch_event("change")
    expect(page.locator("#quote")).to_contain_text("¥520.00")
    page.locator("form[data-form] button[type=submit].btn-primary").click()
    page.wait_for_url("**/bookings/**")
    expect(page.locator("main")).to_contain_text(INSTRUMENT)
