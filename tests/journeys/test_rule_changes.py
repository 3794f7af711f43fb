"""A unit's manager shortens the hours of an instrument from a later day on, and thinks better of it."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(clock):
    """Open every day from 08:00 to 20:00; somebody has booked Thursday from 17:00 to 19:00."""
    clock.set(NOW)
    made = factories.city()
    made.manager.username, made.manager.password = "qian", make_password(PASSWORD)
    made.manager.save()
    put_in_force(made, hours())
    made.booking = book(made, slot(day=3, hour=17))
    next_free_rebuild(NOW)
    return made


def test_hours_are_changed_with_a_booking_outside_and_the_version_is_withdrawn(enter, city, watch):
    watch.expect("403")
    manager = enter("qian")
    manager.clock.set_fixed_time(NOW)
    shorten_the_hours(manager, city)
    decide_on_the_booking(manager, city)
    visitor = enter()
    visitor.clock.set_fixed_time(NOW)
    see_both_versions(visitor, city)
    withdraw(manager, city)
    visitor.reload()
    expect(visitor.locator("main")).not_to_contain_text("自2026年3月4日起")


def shorten_the_hours(page, city):
    page.goto(f"/unit/instruments/{city.instrument.public_id}/rule/")
    page.locator("#part-patterns > summary").click()
    lose_the_server_for_a_moment(page)
    change_the_language_by_mistake(page)
    page.get_by_label("生效时间").fill("2026-03-04T00:00")
    type_on_while_a_preview_is_made(page)
    expect(page.locator("#notes [role=alert]")).to_have_count(0)
    expect(page.locator("#fates")).to_contain_text("1 项预约不在新的开放时段内")
    axe(page)


def lose_the_server_for_a_moment(page):
    """A request of a part that fails is told at the top, and leaves the part with what was typed."""
    cookies = page.context.cookies()
    page.context.clear_cookies(name="csrftoken")
    page.locator("[name=patterns-0-closes]").fill("19:00")
    with page.expect_response(lambda answer: answer.status == 403):
        page.locator("#part-patterns [value=add-patterns]").click()
    expect(page.locator("#notes [role=alert]")).to_be_visible()
    expect(page.locator("[name=patterns-0-closes]")).to_have_value("19:00")
    page.context.add_cookies(cookies)


def change_the_language_by_mistake(page):
    """Another form of the page is sent: the browser asks, as something is typed, and the person stays."""
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("button", name="English").click()
    expect(page.locator("[name=patterns-0-closes]")).to_have_value("19:00")
    assert asked == ["beforeunload"]


def type_on_while_a_preview_is_made(page):
    """What is changed while the preview of an earlier change is still on its way is previewed as well."""
    closes = page.locator("[name=patterns-0-closes]")

    def change_again(route):
        closes.fill("18:00")
        closes.blur()
        route.continue_()

    page.route(page.url, change_again, times=1)
    closes.fill("19:30")
    closes.blur()


def decide_on_the_booking(page, city):
    fates = page.locator("#fates")
    expect(fates).to_contain_text("戊 · 2026年3月5日 周四 17:00–19:00")
    expect(fates.get_by_label("保留：按原预约进行")).to_be_checked()
    expect(fates.get_by_label("戊的新开始时间")).to_have_value("2026-03-06T08:00")
    fates.get_by_label("改期（时长不变）").check()
    expect(page.locator("#fates").get_by_label("改期（时长不变）")).to_be_focused()
    go(page.get_by_role("button", name="发布规则"))
    expect(page.locator("#notes")).to_contain_text("第 3 版规则已公开，自2026年3月4日 00:00起生效。")
    expect(page.locator("#versions")).to_contain_text("尚未生效")
    axe(page)
    city.booking.refresh_from_db()
    assert city.booking.starts_at == slot(day=4, hour=8).start


def see_both_versions(page, city):
    page.goto(f"/instruments/{city.instrument.public_id}/")
    coming = page.locator("#rule-3")
    expect(coming).to_contain_text("自2026年3月4日起")
    expect(coming).to_contain_text(re.compile(r"现行\s+周一至周日 08:00—20:00 开放。"))
    expect(coming).to_contain_text("周一至周日 08:00—18:00 开放。")
    axe(page)


def withdraw(page, city):
    page.locator("#versions").get_by_role("link", name="撤回本版").click()
    expect(page.locator("main")).to_contain_text("自2026年3月4日 00:00起改按第 2 版执行。")
    expect(page.locator("main")).to_contain_text("1 项预约按本版规则作出")
    axe(page)
    page.get_by_label("理由").fill("时间有误")
    go(page.get_by_role("button", name="撤回本版"))
    expect(page.locator("#notes")).to_contain_text("第 3 版已撤回。")
    expect(page.locator("#versions")).to_contain_text("丁于2026年3月2日 08:00撤回")
    assert Booking.objects.get().state == "approved"
