from playwright.sync_api import expect

from tests.journeys.walk import axe


def test_a_visitor_opens_the_site_and_reads_it_in_both_languages(page):
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    axe(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url("/")
    axe(page)
