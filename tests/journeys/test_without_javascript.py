"""A booking in a browser that runs no JavaScript."""

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from providers.search.services.index import search_rebuild
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city(decision="by_keeper", decision_hours=24)
    city.researcher.set_password(PASSWORD)
    city.researcher.save()
    search_rebuild()
    next_free_rebuild(NOW)
    return city


@pytest.fixture
def plain(enter):
    """Return a function that opens a window without JavaScript."""
    return lambda username=None, **context: enter(username, java_script_enabled=False, **context)


def test_from_the_home_page_to_a_request_by_four_actions_and_two_fields(city, plain):
    page = plain()
    page.goto("/")
    page.locator("main [name=q]").fill("扫描电子显微镜")
    page.keyboard.press("Enter")
    page.locator(".result .chip").nth(1).click()
    page.locator("#id_login").fill(city.researcher.username)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-03T08:00")
    expect(page.locator("#quote")).to_contain_text("¥50.00")
    page.locator("#id_subject").fill("铝合金断口形貌")
    page.get_by_role("button", name="申请").click()
    expect(page.locator("#notes")).to_contain_text("机组将在")
    booking = Booking.objects.get()
    assert (booking.user, booking.starts_at.isoformat()) == (city.researcher, "2026-03-03T00:00:00+00:00")


@pytest.mark.parametrize("width", [375, 1440])
def test_a_time_of_the_next_week_and_its_price_before_the_request(city, plain, watch, width):
    page = plain(city.researcher.username, viewport={"width": width, "height": 900})
    page.goto(f"/instruments/{city.instrument.public_id}/")
    expect(page.locator(".time-part")).to_be_hidden()
    page.get_by_role("link", name="下一周").click()
    page.get_by_role("link", name="14:00 2026年3月11日 周三").click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-11T14:00")
    page.locator("#id_ends_at").fill("2026-03-12T00:30")
    page.locator("#id_project").fill("断口研究")
    page.get_by_role("button", name="查看价格").click()
    expect(page.locator("#quote")).to_contain_text("¥1,050.00")
    expect(page.locator("#quote [role=alert] li")).to_have_count(2)
    expect(page.locator("[data-problems]")).to_have_count(0)
    expect(page.locator("#id_project")).to_have_value("断口研究")
    watch.expect("422")
    page.locator("#id_subject").fill("铝合金断口形貌")
    page.get_by_role("button", name="申请").click()
    expect(page.locator("[data-problems] li")).to_have_count(2)
    page.locator("#id_ends_at").fill("2026-03-11T16:00")
    page.get_by_role("button", name="申请").click()
    expect(page.locator("[data-problems] li")).to_have_text(
        "您查看时价格为 ¥1,050.00，现为 ¥200.00。请核对后再提交。"
    )
    page.get_by_role("button", name="申请").click()
    expect(page.locator("#notes")).to_contain_text("机组将在")
    assert Booking.objects.get().project == "断口研究"
    assert page.locator("body").bounding_box()["width"] == width


def test_a_stretch_of_the_timeline_leads_to_the_form_with_its_first_time(city, plain):
    page = plain(city.researcher.username)
    page.goto("/timeline/?day=2026-03-03")
    expect(page.locator(".time-part")).to_be_hidden()
    page.get_by_label("日期", exact=True).fill("2026-03-05")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="08:00–20:00 场发射扫描电子显微镜").click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-05T08:00")
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-05T08:30")
    expect(page.locator("#quote")).to_contain_text("¥50.00")


def test_the_figures_of_a_chart_stand_open_in_its_place(city, plain):
    page = plain()
    page.goto("/openness/")
    expect(page.locator(".chart").last).to_be_hidden()
    expect(page.locator(".chart-part table").last).to_contain_text("仪器")
    expect(page.locator(".chart-part table").last).to_be_visible()
