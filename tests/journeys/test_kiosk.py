"""A tablet beside an instrument: made by the keeper, opened by its link, used while its line is cut."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.kiosk.models import KioskAct
from bookings.kiosk.services.kiosks import kiosk_end, kiosk_make
from bookings.requests.keys import get_check_in_code
from bookings.usage.models import UsageLog
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PHONE = {"width": 375, "height": 740}


def test_a_use_that_ends_while_the_line_is_cut(enter, clock, watch):
    clock.set(NOW)
    city = factories.city()
    booking = book(city, slot(day=0, hour=9, length=2))
    city.keeper.set_password(PASSWORD)
    city.keeper.save()
    page = enter(city.keeper.username)
    page.goto(f"/unit/instruments/{city.instrument.public_id}/kiosks/")
    page.locator("#id_name").fill("305 室门口")
    go(page.get_by_role("button", name="创建"))
    axe(page)
    link = page.locator("code", has_text="/kiosk/enter/").inner_text()

    clock.set(booking.starts_at)
    tablet = enter(**TABLET)
    tablet.goto(link)
    go(tablet.get_by_role("button", name="启用"))
    expect(tablet.locator("#state")).to_contain_text("已预约 · 戊**")
    axe(tablet)
    code = get_check_in_code(booking)
    # A scanner types the address of the QR code, and Enter.
    tablet.locator("#id_code").fill(f"{link}bookings/{booking.public_id}/arrival/{code}/")
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("#notes")).to_contain_text("戊**已签到，预约至 11:00 结束")
    expect(tablet.locator("#state")).to_contain_text("使用中")

    watch.expect("ERR_INTERNET_DISCONNECTED")
    clock.move(timedelta(minutes=60))
    tablet.reload()
    tablet.context.set_offline(True)
    expect(tablet.locator("#offline")).to_contain_text("10:00 起网络中断")
    tablet.locator("#id_code").fill(code)
    tablet.get_by_role("button", name="签退").click()
    # What needs the line leaves the screen as it is.
    tablet.get_by_role("button", name="English").click()
    expect(tablet.locator("#kept")).to_contain_text("10:00 签退")
    expect(tablet.locator("#state")).to_contain_text("使用中")
    tablet.set_viewport_size(PHONE)
    assert tablet.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    axe(tablet)
    assert not UsageLog.objects.exists()

    clock.move(timedelta(minutes=5))
    tablet.context.set_offline(False)
    expect(tablet.locator("#kept")).to_be_hidden()
    expect(tablet.locator("#offline")).to_be_hidden()
    expect(tablet.locator("#state")).not_to_contain_text("使用中")
    tablet.get_by_role("button", name="English").click()
    expect(tablet.locator("#state")).to_contain_text("Next bookings")
    log = UsageLog.objects.get()
    assert abs(log.ends_at - (booking.starts_at + timedelta(minutes=60))) < timedelta(minutes=1)
    assert list(KioskAct.objects.order_by("id").values_list("kind", "refusal")) == [
        ("check_in", ""),
        ("check_out", ""),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "<h1>Server Error</h1>"},
        {"status": 429, "body": "<h1>Too Many Requests</h1>"},
        {"status": 200, "body": "<h1>请登录校园网</h1>"},
        {"status": 403, "body": "<h1>Forbidden</h1>"},
    ],
    ids=lambda answer: answer["status"],
)
def test_check_in_that_somebody_else_answers_is_kept(enter, clock, watch, answer):
    """A server in trouble, a network that wants a login, a form that has expired: nothing was taken."""
    if answer["status"] != 200:
        watch.expect(f"status of {answer['status']}")
    clock.set(NOW)
    city = factories.city()
    booking = book(city, slot(day=0, hour=9, length=2))
    _kiosk, key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    clock.set(booking.starts_at)
    tablet = enter(**TABLET)
    tablet.goto(f"/kiosk/enter/{key}/")
    go(tablet.get_by_role("button", name="启用"))
    tablet.route("**/kiosk/code/", lambda route: route.fulfill(content_type="text/html", **answer))
    tablet.route("**/kiosk/acts/", lambda route: route.abort())
    watch.expect("ERR_FAILED")
    tablet.locator("#id_code").fill(get_check_in_code(booking))
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("#kept")).to_contain_text("09:00 签到")
    tablet.unroute_all()
    tablet.reload()
    expect(tablet.locator("#state")).to_contain_text("使用中")
    assert KioskAct.objects.get().kind == "check_in"


def test_tablet_that_is_to_become_another_kiosk_says_what_it_would_lose(enter, clock, watch):
    clock.set(NOW)
    city = factories.city()
    booking = book(city, slot(day=0, hour=9, length=2))
    keys = [
        kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name=name, now=NOW)[1]
        for name in ("门口", "里间")
    ]
    clock.set(booking.starts_at)
    tablet = enter(**TABLET)
    tablet.goto(f"/kiosk/enter/{keys[0]}/")
    go(tablet.get_by_role("button", name="启用"))
    tablet.goto(f"/kiosk/enter/{keys[1]}/")
    expect(tablet.locator("#former")).to_be_hidden()
    tablet.goto("/kiosk/")
    tablet.route("**/kiosk/code/", lambda route: route.abort())
    tablet.route("**/kiosk/acts/", lambda route: route.abort())
    watch.expect("ERR_FAILED")
    tablet.locator("#id_code").fill(get_check_in_code(booking))
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("#kept")).to_contain_text("09:00 签到")
    tablet.goto(f"/kiosk/enter/{keys[1]}/")
    expect(tablet.locator("#former")).to_contain_text("门口： 1")
    axe(tablet)
    tablet.unroute_all()
    tablet.get_by_role("link", name="打开原签到屏").click()
    expect(tablet.locator("#state")).to_contain_text("使用中")
    expect(tablet.locator("#kept")).to_be_hidden()
    tablet.goto(f"/kiosk/enter/{keys[1]}/")
    expect(tablet.locator("#former")).to_be_hidden()


def test_no_code_and_no_problem_of_one_stay_on_the_screen_once_the_line_is_cut(enter, clock, watch):
    clock.set(NOW)
    city = factories.city()
    booking = book(city, slot(day=0, hour=9, length=2))
    _kiosk, key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    clock.set(booking.starts_at)
    tablet = enter(**TABLET)
    tablet.goto(f"/kiosk/enter/{key}/")
    go(tablet.get_by_role("button", name="启用"))
    watch.expect("status of 4")
    tablet.locator("#id_code").fill("ABCDEF")
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("[data-problems]")).to_be_visible()
    watch.expect("ERR_INTERNET_DISCONNECTED")
    tablet.context.set_offline(True)
    tablet.locator("#id_code").fill(get_check_in_code(booking))
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("#kept")).to_contain_text("09:00 签到")
    expect(tablet.locator("#id_code")).to_have_value("")
    expect(tablet.locator("[data-problems], #id_code_problem")).to_have_count(0)


def test_acts_that_an_ended_kiosk_holds_go_to_no_other_instrument(enter, clock, watch):
    clock.set(NOW)
    city = factories.city()
    booking = book(city, slot(day=0, hour=9, length=2))
    kiosk, key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    clock.set(booking.starts_at)
    tablet = enter(**TABLET)
    tablet.goto(f"/kiosk/enter/{key}/")
    go(tablet.get_by_role("button", name="启用"))
    watch.expect("ERR_INTERNET_DISCONNECTED")
    tablet.context.set_offline(True)
    tablet.locator("#id_code").fill(get_check_in_code(booking))
    tablet.locator("#id_code").press("Enter")
    expect(tablet.locator("#kept")).to_contain_text("09:00 签到")
    kiosk_end(actor=city.keeper, kiosk_id=kiosk.pk, now=booking.starts_at)
    watch.expect("status of 403")
    tablet.context.set_offline(False)
    expect(tablet.get_by_role("heading", level=1)).to_contain_text("锁定")

    other = factories.city()
    _kiosk, key = kiosk_make(
        actor=other.keeper, instrument_id=other.instrument.pk, name="门口", now=booking.starts_at
    )
    tablet.goto(f"/kiosk/enter/{key}/")
    go(tablet.get_by_role("button", name="启用"))
    expect(tablet.locator("#state")).to_be_visible()
    expect(tablet.locator("#kept")).to_be_hidden()
    assert not KioskAct.objects.exists()
    assert get_check_in_code(booking) not in tablet.evaluate("JSON.stringify(localStorage)")
