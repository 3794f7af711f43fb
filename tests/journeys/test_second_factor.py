"""An officer's role rests until a passkey is set up; afterwards the passkey alone opens the desk."""

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)
PASSKEY_OF_THE_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def officer(clock, settings):
    clock.set(NOW)
    settings.SECOND_FACTOR_ROLES = ["bureau_officer"]
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    officer = factories.officer()
    officer.username, officer.password = "guan", make_password(PASSWORD)
    officer.save()
    return officer


def test_an_officer_sets_a_passkey_up_and_logs_in_with_it(enter, officer):
    page = enter("guan")
    expect(page.locator("main")).to_contain_text("您的账号启用两步验证后，您的角色才会生效。")
    axe(page)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY_OF_THE_DEVICE})
    go(page.get_by_role("link", name="添加密钥"))
    page.locator("input[name=password]").fill(PASSWORD)
    go(page.locator("main form button[type=submit]"))
    axe(page)
    page.locator("input[name=name]").fill("办公电脑")
    page.locator("input[name=passwordless]").check()
    go(page.get_by_role("button", name="添加"))
    expect(page.get_by_role("heading", level=1)).to_have_text("恢复代码")
    axe(page)
    page.goto("/bureau/")
    expect(page.get_by_role("heading", level=1)).to_have_text("科技局工作台")

    with page.expect_navigation():
        page.locator("header form[action*=logout]").evaluate("form => form.submit()")
    page.goto("/accounts/login/")
    axe(page)
    go(page.get_by_role("button", name="使用通行密钥登录"))
    page.goto("/bureau/")
    expect(page.get_by_role("heading", level=1)).to_have_text("科技局工作台")
    page.goto("/accounts/2fa/")
    expect(page.locator("#keys")).to_contain_text("办公电脑")
