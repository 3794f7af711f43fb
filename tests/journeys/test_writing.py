"""A manager writes news with a picture, a colleague saves in between; on time it is published by itself."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.hashers import make_password
from PIL import Image
from playwright.sync_api import Page, expect

from instrument_share.accounts.domain import Role
from providers.units.services.publications import publications_publish_due
from tests import factories
from tests.journeys.walk import PASSWORD, axe

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in the city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit(clock, settings, tmp_path):
    """A unit with two managers, li and mo."""
    settings.MEDIA_ROOT = tmp_path
    clock.set(MONDAY)
    unit = factories.organization("云屏测试大学", owns_instruments=True)
    for username, name in (("li", "李经理"), ("mo", "莫经理")):
        person = factories.user(name)
        person.username, person.password = username, make_password(PASSWORD)
        person.save()
        factories.member(unit, Role.UNIT_MANAGER, person)
    return unit


def picture():
    made = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(made, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": made.getvalue()}


def test_a_text_is_written_by_two_and_published_on_time(enter, unit, clock, watch):
    li = enter("li")
    li.goto(f"/unit/{unit.public_id}/publish/news/")
    li.fill("#id_title_zh", "开放周")
    li.fill("#id_body_zh", "**欢迎**参观。")
    put_a_picture_into_the_text(li)
    li.locator("button[value=preview]").click()
    expect(li.locator(".prose strong")).to_have_text("欢迎")
    expect(li.locator(".prose img")).to_have_attribute("alt", "一号楼")
    axe(li)
    li.locator("button[value=draft]").click()
    expect(li.locator("#notes")).to_contain_text("已保存为草稿")
    address = li.url
    schedule_for(li, "2026-03-03T09:00")

    li.locator("a[href$='/edit/']").click()
    mo = enter("mo")
    mo.goto(li.url)
    mo.fill("#id_body_zh", "莫经理改写的正文内容。")
    mo.locator("button[value=save]").click()
    watch.expect("422")
    li.fill("#id_body_zh", "李经理改写的正文内容。")
    li.locator("button[value=save]").click()
    expect(li.locator("del")).to_have_text("莫")
    expect(li.locator("ins")).to_have_text("李")
    expect(li.locator("#id_body_zh")).to_have_value("李经理改写的正文内容。")
    axe(li)
    li.locator("button[value=save]").click()
    expect(li.locator("#notes")).to_contain_text("将在设定的时间发布")

    clock.set(MONDAY + timedelta(days=1, minutes=1))
    assert publications_publish_due(clock.now()) == 1
    visitor = enter()
    visitor.goto(address)
    expect(visitor.locator("main")).to_contain_text("李经理改写的正文内容。")


def put_a_picture_into_the_text(page: Page) -> None:
    panel = page.locator("#pictures")
    panel.locator("summary").last.click()
    panel.locator("input[type=file]").set_input_files([picture()])
    panel.locator("[name=new-alt_zh]").fill("一号楼")
    panel.locator("[name=new-alt_en]").fill("Building 1")
    panel.locator("button[type=submit]").click()
    panel.locator("[data-insert]").click()


def schedule_for(page: Page, moment: str) -> None:
    page.locator("a[href*='/schedule/?seen=']").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=at]").fill(moment)
    dialog.locator("button[type=submit]").click()
    expect(page.locator("#notes")).to_contain_text("已设定于 2026年3月3日 09:00 发布")
