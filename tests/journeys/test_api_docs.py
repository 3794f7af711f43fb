from playwright.sync_api import expect

from tests.journeys.walk import axe


def test_a_programmer_reads_the_api_and_tries_an_operation(page):
    page.goto("/")
    page.locator("footer").get_by_role("link", name="开放接口（API）").click()
    page.get_by_role("heading", level=1, name="开放接口（API）").wait_for()
    summary = page.get_by_text("检索仪器")
    summary.wait_for()
    expect(summary).to_have_attribute("lang", "zh-Hans")
    summary.click()
    told = page.locator(".opblock-description").get_by_text("含全部关键词、符合各项筛选")
    expect(told.locator("xpath=ancestor-or-self::*[@lang][1]")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text('"next_cursor": null').wait_for()
    page.locator(".back a").click()
    page.wait_for_url("/")


def test_the_api_has_no_barriers(page):
    page.goto("/api/v1/docs")
    page.get_by_text("检索仪器").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text('"next_cursor": null').wait_for()
    axe(page)
    page.locator(".opblock-post .opblock-summary-control").first.click()
    page.get_by_role("button", name="Try it out").wait_for()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_role("button", name="Close").last.wait_for()
    axe(page)


def test_the_api_fits_a_phone_and_has_locks_only_where_a_token_is_needed(page):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/api/v1/docs")
    search = page.locator(".opblock", has_text="检索仪器")
    expect(search).to_be_visible(timeout=20_000)  # the whole document is drawn first
    expect(search.locator(".authorization__btn")).to_have_count(0)
    mine = page.locator(".opblock-post", has=page.locator("[data-path='/api/v1/bookings']"))
    expect(mine.locator(".authorization__btn")).to_have_count(1)
    search.locator(".opblock-summary-control").click()
    expect(search.locator(".responses-table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_help_and_privacy_have_no_barriers(page):
    for address in ("/help/", "/privacy/", "/accounts/signup/"):
        page.goto(address)
        axe(page)
