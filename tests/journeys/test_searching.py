"""A visitor looks for an instrument and asks for a time."""

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
    city = factories.city(accepts_vouchers=True)
    city.researcher.set_password(PASSWORD)
    city.researcher.save()
    other = factories.instrument(city.owner, name_zh="透射电子显微镜")
    factories.rule(other)
    factories.windows(other)
    search_rebuild()
    next_free_rebuild(NOW)
    return city


def test_a_search_has_one_clean_address(city, enter):
    page = enter()
    page.goto("/instruments/")
    names = page.locator(".result-name")
    expect(names).to_have_count(2)
    page.get_by_text("更多筛选条件").click()
    page.get_by_label("接受科技创新券").check()
    expect(names).to_have_count(1)
    expect(page).to_have_url("/instruments/?vouchers=on")
    page.get_by_label("接受科技创新券").uncheck()
    expect(names).to_have_count(2)
    expect(page).to_have_url("/instruments/")
    page.locator("#id_q").fill("透射")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/instruments/?q=%E9%80%8F%E5%B0%84")
    expect(names).to_have_text(["透射电子显微镜"])
    page.reload()
    expect(names).to_have_text(["透射电子显微镜"])
    page.go_back()
    expect(names).to_have_count(2)


def test_from_the_home_page_to_a_request_by_three_actions_and_two_fields(city, enter):
    page = enter(city.researcher.username)
    page.goto("/")
    page.locator("main [name=q]").fill("扫描电子显微镜")
    page.keyboard.press("Enter")
    page.locator(".result .chip").first.click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T08:00")
    page.locator("#id_subject").fill("铝合金断口形貌")
    page.get_by_role("button", name="预约").click()
    expect(page.locator("#notes")).to_be_visible()
    assert Booking.objects.get().user == city.researcher


def test_a_visitor_who_logs_in_comes_to_the_form_with_the_time(city, enter):
    page = enter()
    page.goto("/instruments/?q=扫描电子显微镜")
    page.locator(".result .chip").first.click()
    page.locator("#id_login").fill(city.researcher.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form[data-form] button[type=submit]").click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T08:00")
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-02T08:30")
