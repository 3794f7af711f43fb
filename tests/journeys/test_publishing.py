"""From a unit's desk to the catalogue: entering, reviewing, opening; and a whole sheet at once."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.auth.hashers import make_password
from PIL import Image
from playwright.sync_api import expect

from instrument_share.accounts.domain import Role
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.services.categories import category_table_load
from providers.instruments.services.instruments import instrument_create
from tests import factories
from tests.journeys.walk import PASSWORD, axe, go

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in the city
TUESDAY = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(clock, settings, tmp_path):
    """The unit's manager li, its keeper he, and the bureau's officer guan."""
    settings.MEDIA_ROOT = tmp_path
    clock.set(MONDAY)
    unit = factories.organization("云屏测试大学", owns_instruments=True)
    factories.member(unit, Role.UNIT_MANAGER, _person("li", "李经理"))
    factories.member(unit, Role.KEEPER, _person("he", "何机组"))
    bureau = factories.organization("云屏市科学技术局", kind="bureau")
    factories.member(bureau, Role.BUREAU_OFFICER, _person("guan", "关经办"))
    category_table_load(
        actor=None,
        version="test",
        rows=[
            CategoryRow("010000", "分析仪器"),
            CategoryRow("010100", "电子光学仪器", "010000"),
            CategoryRow("010101", "透射电镜", "010100"),
        ],
        now=MONDAY,
    )
    return unit


def _person(username, name):
    person = factories.user(name)
    person.username, person.password = username, make_password(PASSWORD)
    person.save()
    return person


def picture():
    made = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(made, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": made.getvalue()}


def confirm(page, link, button, **typed):
    """Follow a link that asks first, answer in the dialog."""
    page.get_by_role("link", name=link, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    for label, text in typed.items():
        dialog.get_by_label(label).fill(text)
    go(dialog.get_by_role("button", name=button))


def test_an_instrument_is_entered_returned_mended_published_and_opened(enter, people, clock):
    manager = enter("li")
    enter_a_draft(manager)
    complete_it(manager)
    confirm(manager, "提交审核", "提交审核")
    expect(manager.locator("#notes")).to_contain_text("已提交科技局审核")

    officer = enter("guan")
    expect(officer.get_by_role("heading", level=1)).to_have_text("科技局工作台")
    axe(officer)
    go(officer.get_by_role("link", name="透射电子显微镜"))
    axe(officer)
    confirm(officer, "退回并说明理由", "确认退回", 理由="请写明点分辨率")
    expect(officer.locator("#notes")).to_contain_text("已退回")

    manager.goto("/unit/")
    expect(manager.locator("main")).to_contain_text("请写明点分辨率")
    axe(manager)
    manager.get_by_role("link", name="透射电子显微镜", exact=True).click()
    manager.get_by_label("主要技术指标", exact=True).fill("点分辨率 0.19 nm，加速电压 200 kV。")
    manager.get_by_role("button", name="保存为草稿").click()
    confirm(manager, "提交审核", "提交审核")

    officer.goto("/bureau/")
    officer.get_by_role("link", name="透射电子显微镜").click()
    expect(officer.locator("main")).to_contain_text("点分辨率 0.19 nm")
    confirm(officer, "发布", "发布")
    expect(officer.locator("#notes")).to_contain_text("已发布")

    name_the_keeper(manager)
    open_it(manager)
    clock.set(TUESDAY)
    visitor = enter()
    visitor.clock.set_fixed_time(TUESDAY)
    visitor.goto("/instruments/")
    visitor.get_by_role("link", name="透射电子显微镜", exact=True).click()
    expect(visitor.locator("main")).to_contain_text("¥260.00")
    expect(visitor.locator("main")).to_contain_text("王工")
    expect(visitor.locator("main")).to_contain_text("周一至周五 09:00—17:00 开放。")
    visitor.get_by_text("以列表查看可约和停用时段").click()
    visitor.get_by_label("时长").select_option("8 小时")
    times = visitor.locator(".calendar ~ details")
    expect(times.get_by_role("button", name="3月4日周三 09:00–17:00")).to_be_visible()


def enter_a_draft(page):
    page.get_by_role("link", name="录入仪器", exact=True).click()
    page.get_by_label("中文名称").fill("透射电子显微镜")
    page.get_by_label("内部编号", exact=True).fill("TEM-1")
    axe(page)
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.locator("#notes")).to_contain_text("请补齐缺少的内容后提交审核")
    expect(page.locator("main")).to_contain_text("发布前尚缺：")


def complete_it(page):
    page.locator("#id_category").select_option("010101")
    page.get_by_label("制造国别").select_option("CN")
    for label, text in {
        "型号": "TX-200",
        "制造商": "云屏光学",
        "原值（元）": "2500000",
        "启用日期": "2020-03-01",
        "主要技术指标": "高分辨",
        "主要功能": "形貌与结构分析",
        "服务内容": "委托测试",
        "放置地点": "一号楼 101",
        "联系人": "王工",
        "联系电话": "0570-1234567",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.locator("#notes")).to_contain_text("内容已齐全，请提交审核")
    page.get_by_role("link", name="图片与文件").click()
    page.locator("input[type=file][name=picture]").set_input_files([picture()])
    page.locator("form:has(input[name=picture]) input[name=alt_zh]").fill("仪器正面")
    page.locator("form:has(input[name=picture]) button[type=submit]").click()
    expect(page.get_by_role("img", name="仪器正面")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="基本信息").click()


def name_the_keeper(page):
    page.reload()
    page.get_by_role("link", name="机组负责人与上机资格").click()
    page.get_by_label("何机组").check()
    axe(page)
    page.get_by_role("button", name="保存机组负责人").click()
    expect(page.locator("#notes")).to_contain_text("机组负责人：何机组")


def open_it(page):
    page.get_by_role("link", name="开放服务规则与收费").first.click()
    page.get_by_label("价格（元）").fill("260")
    page.get_by_label("价格（元）").press("Tab")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("260.00 元/小时。")
    expect(preview).to_contain_text("2026年3月3日至2026年4月5日：开放 24 天，共 192 小时。")
    axe(page)
    page.get_by_label("生效时间").fill("2026-03-02T10:00")
    page.get_by_label("生效时间").press("Tab")
    expect(preview).to_contain_text("2026年3月2日至2026年4月5日：开放 25 天，共 199 小时。")
    page.get_by_role("button", name="发布规则").click()
    expect(page.locator("#notes")).to_contain_text("第 1 版规则已公开")


def test_a_row_of_opening_hours_is_added_without_a_script(enter, people):
    instrument_create(
        actor=None,
        organization_id=people.pk,
        values={"inner_number": "R-1", "name_zh": "光谱仪"},
        now=MONDAY,
    )
    page = enter("li", java_script_enabled=False)
    page.goto("/unit/")
    page.get_by_role("link", name="光谱仪", exact=True).click()
    page.get_by_role("link", name="开放服务规则与收费", exact=True).click()
    page.get_by_label("价格（元）").fill("80")
    page.get_by_role("button", name="添加开放时间").click()
    expect(page.get_by_label("开始", exact=True)).to_have_count(2)
    expect(page.get_by_label("价格（元）")).to_have_value("80")
    second = page.locator(".form-rows").first.locator("> li").nth(1)
    second.get_by_label("周六").check()
    second.get_by_label("开始", exact=True).fill("10:00")
    second.get_by_label("结束", exact=True).fill("12:00")
    page.locator("#preview").get_by_role("button", name="预览").click()
    expect(page.locator("#preview")).to_contain_text("周六 10:00—12:00 开放。")


SHEET = """设备编号,仪器名称,型号,价格(万元),启用日期,保管
A-1,红外光谱仪,FT-1,85,2021-03-05,甲
A-2,,X-1,30,2021-05-06,乙
A-3,粒度仪,LP-3,42.5,昨天,丙
""".encode("gb18030")


def test_a_sheet_with_broken_rows_is_looked_through_and_the_good_ones_taken(enter, people):
    page = enter("li")
    go(page.get_by_role("link", name="导入表格").first)
    axe(page)
    page.get_by_label("表格文件").set_input_files(
        [{"name": "台账.csv", "mimeType": "text/csv", "buffer": SHEET}]
    )
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("row", name="E4")).to_contain_text("昨天")
    expect(page.get_by_label("保管")).to_have_value("")
    axe(page)
    page.get_by_label("保管").select_option("contact")
    page.get_by_role("button", name="按此重新核对").click()
    expect(page.get_by_label("保管")).to_have_value("contact")
    page.get_by_role("button", name="先导入没有问题的 1 行").click()
    expect(page.get_by_role("row", name="新建草稿")).to_contain_text("1")
    page.get_by_role("link", name="查看草稿，补充后提交").click()
    page.get_by_role("link", name="红外光谱仪", exact=True).click()
    expect(page.get_by_label("原值（元）")).to_have_value("850000.00")
    expect(page.get_by_label("联系人")).to_have_value("甲")


STRANGE_SHEET = """资产号,叫什么,牌号,入账价,投用,现状
Z-7,红外光谱仪,FT-1,85,2021-03-05,能用
Z-8,粒度仪,LP-3,42.5,2022-01-10,能用
Z-9,疲劳试验机,UT-9,120,2019-06-01,趴窝
合计,,,247.5,,
""".encode("gb18030")


def test_a_sheet_like_no_template_goes_in_and_is_taken_back_by_clicking_alone(enter, people):
    page = enter("li")
    page.get_by_role("link", name="导入表格").first.click()
    page.get_by_label("表格文件").set_input_files(
        [{"name": "资产台账.csv", "mimeType": "text/csv", "buffer": STRANGE_SHEET}]
    )
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("alert")).to_contain_text("内部编号、中文名称")
    columns = {
        "资产号": "内部编号",
        "叫什么": "中文名称",
        "牌号": "型号",
        "入账价": "原值（万元）",
        "投用": "启用日期",
        "现状": "运行状态",
    }
    for heading, column in columns.items():
        page.get_by_label(heading).select_option(label=column)
    page.get_by_role("button", name="按此重新核对").click()
    page.get_by_label("运行状态：能用").select_option(label="正常")
    page.get_by_label("运行状态：趴窝").select_option(label="待修")
    page.get_by_role("button", name="保存并重新读取").click()
    expect(page.get_by_role("row", name="A5")).to_contain_text("合计行不是一条记录")
    axe(page)
    page.get_by_role("button", name="先导入没有问题的 3 行").click()
    expect(page.get_by_role("row", name="新建草稿")).to_contain_text("3")
    axe(page)
    confirm(page, "撤回本次导入", "撤回本次导入")
    expect(page.get_by_role("heading", level=1)).to_have_text("导入已撤回")
    assert not people.instruments.exists()
