"""The first minutes of a new site: the code that the server printed, the page, the first login."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.journeys.walk import PASSWORD, axe, go, login

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 375, "height": 800}}


@pytest.fixture
def code():
    printed = StringIO()
    call_command("first_run_code", stdout=printed)
    return re.search(r"code: (\S+)", printed.getvalue())[1]


def test_whoever_runs_the_site_sets_it_up_on_a_phone_and_logs_in(enter, watch, code):
    watch.expect("status of 422")  # a wrong credit code
    watch.expect("status of 404")  # the page afterwards
    page = enter(**PHONE)
    page.goto("/")
    expect(page.locator("main")).to_contain_text("本平台尚未初始化")
    page.goto("/setup/")
    axe(page)
    page.get_by_label("一次性口令").fill(code)
    go(page.get_by_role("button", name="下一步"))
    axe(page)
    page.get_by_label("区县").fill("990101，示例区，Example District")
    enter_institution(page, "bureau", "119901010000000015")
    enter_institution(page, "finance", "119901010000000027")
    enter_person(page, "admin")
    enter_person(page, "officer")
    go(page.get_by_role("button", name="完成初始化"))
    expect(page.locator("[data-problems]")).to_contain_text("不是有效的统一社会信用代码")
    axe(page)
    page.locator("#id_bureau-uscc").fill("119901010000000014")
    for who in ("admin", "officer"):  # passwords are not sent back
        enter_password(page, who)
    go(page.get_by_role("button", name="完成初始化"))
    expect(page.locator("#notes")).to_contain_text("平台初始化已完成")
    login(page, "admin")
    axe(page)
    page.get_by_label("我已阅读并同意《隐私政策》").check()
    go(page.get_by_role("button", name="同意并继续"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.goto("/setup/").status == 404


def enter_institution(page, prefix, uscc):
    typed = {
        "uscc": uscc,
        "name_zh": f"示例市{prefix}",
        "name_en": prefix,
        "contact": "办公室",
        "phone": "0999-0000000",
    }
    for name, text in typed.items():
        page.locator(f"#id_{prefix}-{name}").fill(text)


def enter_person(page, username):
    for name, text in {"name": "张三", "username": username, "email": f"{username}@example.org"}.items():
        page.locator(f"#id_{username}-{name}").fill(text)
    enter_password(page, username)


def enter_password(page, username):
    for name in ("password", "repeated"):
        page.locator(f"#id_{username}-{name}").fill(PASSWORD)
