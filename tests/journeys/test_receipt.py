"""A user keeps the receipt of a use, and a visitor verifies it."""

from datetime import timedelta

from playwright.sync_api import expect

from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, go
from tests.transparency.history import grow


def test_a_user_keeps_a_receipt_and_a_visitor_verifies_it(enter, clock, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    clock.set(NOW)
    city = factories.city()
    city.researcher.set_password(PASSWORD)
    city.researcher.save()
    log = grow(city, 1)
    clock.set(NOW + timedelta(days=32))

    user = enter(city.researcher.username)
    user.goto(f"/usage/{log.public_id}/")
    axe(user)
    with user.expect_download() as download:
        user.get_by_role("link", name="回执 1", exact=True).click()
    receipt = download.value.path()

    visitor = enter()
    visitor.goto("/verify/")
    go(visitor.get_by_role("link", name="核验上机回执"))
    axe(visitor)
    visitor.locator("input[type=file]").set_input_files(receipt)
    visitor.get_by_role("button", name="核验").click()
    expect(visitor.locator("#answer")).to_contain_text("核验一致。")
    expect(visitor.locator("main")).to_contain_text(log.public_id)
    axe(visitor)
    visitor.get_by_role("link", name="公开日志、公钥与检查点").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("公开日志")
    axe(visitor)
