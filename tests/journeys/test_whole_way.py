"""From "find me a time" to the paid statement, by clicking: who books, the keeper on a tablet, who pays."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from providers.search.services.index import search_rebuild
from tests import factories
from tests.bookings.statements.conftest import APRIL_1
from tests.factories import NOW, slot
from tests.journeys.test_statements import write
from tests.journeys.walk import PASSWORD, axe, confirm, go

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 375, "height": 800}}
TABLET = {"viewport": {"width": 1024, "height": 768}}


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city()
    second = factories.instrument(city.owner, name_zh="聚焦离子束电镜")
    factories.rule(second, price="300.00")
    factories.windows(second)
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    search_rebuild()
    next_free_rebuild(NOW)
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save()
    return city


def test_from_finding_a_time_to_the_paid_statement(city, enter, clock):
    mine = enter(city.researcher.username, **PHONE)
    mine.goto("/find/")
    mine.locator("#id_q").fill("电子显微镜")
    mine.locator("#id_hours").fill("2")
    mine.locator("#id_first").fill("2026-03-03")
    mine.locator("#id_last").fill("2026-03-03")
    go(mine.locator("form:has(#id_hours) button[type=submit], form:has(#id_hours) button.btn-primary").first)
    expect(mine.locator("main .rows > li").first).to_contain_text("¥200.00")
    axe(mine)
    go(mine.get_by_role("button", name=re.compile("预约篮")).first)
    second = city.owner.instruments.get(name_zh="聚焦离子束电镜")
    mine.goto(f"/instruments/{second.public_id}/book/?start=2026-03-03T13:00&end=2026-03-03T14:00")
    mine.locator("#id_subject").fill("截面制样")
    go(mine.get_by_role("button", name=re.compile("预约篮")).first)
    mine.goto("/basket/")
    expect(mine.locator("main")).to_contain_text("¥500.00")
    mine.locator("#id_subject").fill("断口形貌与截面")
    axe(mine)
    go(mine.get_by_role("button", name="全部预约"))
    assert Booking.objects.filter(user=city.researcher, state="approved").count() == 2

    booking = Booking.objects.get(instrument=city.instrument)
    mine.goto(f"/bookings/{booking.public_id}/")
    mine.locator("a[href$='/move/']").first.click()
    mine.locator("#id_starts_at").fill("2026-03-04T10:00")
    mine.locator("#id_ends_at").fill("2026-03-04T12:00")
    expect(mine.locator("#quote")).to_contain_text("费用不变")
    go(mine.locator("main form[method=post] button.btn-primary").first)
    code = mine.locator(".code").inner_text().strip()

    clock.set(slot(day=2, hour=10).start)
    keeper = enter(city.keeper.username, **TABLET)
    keeper.goto("/keeper/")
    expect(keeper.locator(".timeline .ec-event-words").first).to_contain_text("戊")
    axe(keeper)
    keeper.locator("#arrival_code").fill(code.lower())
    keeper.locator("#arrival_code").press("Enter")
    go(keeper.get_by_role("button", name="签到"))
    clock.move(timedelta(hours=2))
    keeper.goto("/keeper/")
    keeper.locator("#arrival_code").fill(code)
    keeper.locator("#arrival_code").press("Enter")
    keeper.get_by_role("link", name="签退").first.click()
    go(keeper.locator("main form[method=post] button.btn-primary").first)

    mine.goto("/me/")
    go(mine.get_by_role("button", name="确认机时").first)
    expect(mine.locator("#notes")).to_contain_text("已确认")
    mine.goto(f"/bookings/{booking.public_id}/")
    mine.get_by_role("link", name="上机记录").first.click()
    mine.get_by_label("非常满意").check()
    go(mine.get_by_role("button", name="提交评价"))

    clock.set(APRIL_1 + timedelta(hours=9))
    unit = enter(city.manager.username)
    unit.goto(f"/unit/{city.owner.public_id}/statements/")
    confirm(unit, "/statements/draft/")
    unit.get_by_role("link", name="2026-0001").first.click()
    expect(unit.locator("#lines tfoot")).to_contain_text("¥200.00")
    confirm(unit, "/send/")
    address = unit.url
    payer = enter(city.admin.username, **PHONE)
    payer.goto("/me/")
    payer.get_by_role("link", name="2026年3月").first.click()
    confirm(payer, "/confirm/")
    unit.goto(address)
    write(unit, "/payment/", voucher="ZZ-1", invoice_number="FP-1")
    expect(unit.locator("main")).to_contain_text("已结清")
