"""A page that renews a part of itself stops while the login is gone, and goes on once it is back."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, go

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_part_that_asks_again_and_again_says_once_that_the_login_is_gone_and_stops(enter, clock, watch):
    watch.expect("401")
    clock.set(NOW)
    person = factories.city().researcher
    person.set_password(PASSWORD)
    person.save()
    page = enter(person.username, viewport={"width": 375, "height": 500})
    page.goto("/me/data/")
    go(page.locator("form[action='/me/data/copies/'] button"))
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    told = page.locator("#notes [role=alert]")
    expect(told).to_contain_text("登录已失效")
    told.evaluate("one => { one.dataset.first = 'true' }")
    page.evaluate("window.scrollTo({top: 10_000, behavior: 'instant'})")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(7_000)  # twice as long as the page waits between two requests
    assert asked == []
    with page.expect_response(lambda answer: answer.status == 401):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(told).to_have_attribute("data-first", "true")
    assert page.evaluate("window.scrollY") > 0
    link = told.get_by_role("link", name="登录")
    expect(link).to_have_attribute("href", "/accounts/login/?next=/me/data/")
    page.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(told).to_have_count(0)
