"""A project from its opening to the refused booking beyond its budget, by clicking."""

import pytest
from playwright.sync_api import expect

from instrument_share.accounts.domain import Role
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, confirm, go

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_project_is_opened_booked_for_and_closed(enter, clock):
    city = factories.city()
    admin = factories.member(city.company, Role.ORG_ADMIN, name="辛管理")
    clock.set(NOW)

    def log_in_as(person):
        person.set_password(PASSWORD)
        person.save()
        page = enter(person.username)
        page.set_default_timeout(9000)
        return page

    company = log_in_as(admin)
    company.goto(f"/organizations/{city.company.public_id}/")
    go(company.get_by_role("link", name="项目", exact=True))
    axe(company)
    go(company.get_by_role("link", name="新建项目").first)
    axe(company)
    company.get_by_label("项目名称").fill("钛合金疲劳机理")
    company.get_by_label("项目编号").fill("2024YFC0001")
    company.get_by_label("预算（元）").fill("300")
    go(company.get_by_role("button", name="新建项目"))
    expect(company.locator(".stats")).to_contain_text("¥300.00")
    address = company.url

    user = log_in_as(city.researcher)
    book = f"/instruments/{city.instrument.public_id}/book/"
    for day, refused in (("2026-03-03", False), ("2026-03-04", True)):
        user.goto(f"{book}?start={day}T09:00&end={day}T11:00")
        user.locator("[name=subject]").fill("二氧化钛薄膜")
        user.locator("[name=organization_project]").select_option(label="钛合金疲劳机理 (2024YFC0001)")
        if refused:
            expect(user.locator("main")).to_contain_text("项目预算 300.00 元仅余 100.00 元")
            axe(user)
        else:
            go(user.locator("form button[type=submit].btn-primary").last)
            expect(user.locator("main")).to_contain_text("钛合金疲劳机理 (2024YFC0001)")

    company.goto(address)
    expect(company.locator("#lines tbody tr")).to_have_count(1)
    axe(company)
    confirm(company, "/close/")
    expect(company.locator("main")).to_contain_text("已关闭")
