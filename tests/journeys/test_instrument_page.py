"""An instrument's page and the timeline by keyboard, on a phone and on paper."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.closures import closure_place
from providers.search.services.index import search_rebuild
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city(decision="by_keeper", decision_hours=24, lead_minutes=120)
    city.researcher.set_password(PASSWORD)
    city.researcher.save()
    book(city, slot(day=1, hour=10, length=2))
    search_rebuild()
    return city


@pytest.fixture
def open_page(city, enter):
    def open_page(address, **context):
        page = enter(city.researcher.username, **context)
        page.clock.set_fixed_time(NOW)
        page.goto(address.format(city.instrument.public_id))
        expect(page.locator(".ec-stretch").first).to_be_attached()
        return page

    return open_page


@pytest.mark.parametrize(("key", "at"), [("Enter", 0), ("Space", 2)])
def test_a_key_on_a_bookable_stretch_leads_to_the_form_with_its_time(open_page, key, at):
    page = open_page("/instruments/{}/")
    stretch = page.locator(".calendar .ec-stretch").nth(at)
    names = {0: "可约时段 3月2日周一 10:00–20:00", 2: "可约时段 3月3日周二 12:00–20:00"}
    expect(stretch).to_have_accessible_name(re.compile(names[at]))
    page.locator(".calendar .ec-main").focus()
    for _ in range(at + 1):
        page.keyboard.press("Tab")
    expect(stretch).to_be_focused()
    page.keyboard.press(key)
    start = {0: "2026-03-02T10:00", 2: "2026-03-03T12:00"}[at]
    expect(page.locator("#id_starts_at")).to_have_value(start)
    expect(page.locator("#quote")).to_contain_text("符合全部规则")


@pytest.mark.parametrize("at", [0, 2])
def test_a_stretch_of_the_form_keeps_the_focus_when_a_key_chose_its_time(open_page, at):
    page = open_page("/instruments/{}/book/")
    stretch = page.locator(".calendar .ec-stretch").nth(at)
    stretch.press("Enter")
    expect(page.locator(".time-chosen")).to_be_visible()
    expect(page.locator("[data-said]")).to_contain_text("已选")
    expect(stretch).to_be_focused()


def test_the_menu_of_the_account_closes_when_the_keyboard_leaves_it(open_page):
    page = open_page("/instruments/{}/")
    menu = page.locator("details.menu")
    menu.locator("summary").press("Enter")
    expect(menu).to_have_attribute("open", "")
    for _ in range(menu.locator("a:visible, button:visible").count()):
        page.keyboard.press("Tab")
        expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")


def test_the_calendar_is_reached_by_tab_and_scrolled_by_an_arrow(open_page):
    page = open_page("/instruments/{}/")
    hours = page.locator(".calendar .ec-main")
    page.locator(".calendar button.ec-next").focus()
    page.keyboard.press("Tab")
    expect(hours).to_be_focused()
    seen = hours.evaluate("hours => hours.scrollTop")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("seen => document.querySelector('.calendar .ec-main').scrollTop > seen", arg=seen)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_on_a_stretch_of_the_timeline_leads_to_the_form_with_its_time(open_page, key):
    page = open_page("/timeline/?day=2026-03-03")
    stretch = page.locator(".timeline .ec-stretch").last
    expect(stretch).to_have_accessible_name(re.compile("场发射扫描电子显微镜 3月3日周二 12:00–20:00"))
    stretch.focus()
    page.keyboard.press(key)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-03T12:00")
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-03T12:30")


@pytest.mark.parametrize("address", ["/instruments/{}/", "/timeline/?day=2026-03-03"])
def test_ones_own_request_is_striped_with_a_border_and_said_to_wait(city, open_page, address):
    book(city, slot(day=1, hour=14, length=2))
    Booking.objects.filter(starts_at=slot(day=1, hour=10).start).update(state="approved")
    page = open_page(address)
    waiting = page.locator(".ec-event.time-held.time-mine")
    expect(waiting).to_contain_text("14:00–16:00")
    expect(waiting.locator(".visually-hidden")).to_have_text("我的预约 · 待审批")
    assert "repeating-linear-gradient" in waiting.evaluate("one => getComputedStyle(one).backgroundImage")
    assert waiting.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    approved = page.locator(".ec-event.time-booked.time-mine")
    expect(approved.locator(".visually-hidden")).to_have_text("我的预约")
    expect(page.locator(".time-legend")).to_contain_text("我的待审批预约")
    axe(page)


@pytest.mark.parametrize("address", ["/instruments/{}/", "/timeline/?day=2026-03-03"])
@pytest.mark.parametrize("width", [375, 1440])
def test_the_reason_of_a_closure_stands_in_the_picture_and_in_the_list(city, open_page, address, width):
    closure_place(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=1, hour=13),
        reason_zh="更换灯丝",
        now=NOW,
    )
    page = open_page(address, viewport={"width": width, "height": 800})
    said = page.locator(".ec-closed-words")
    expect(said).to_have_text("停用：更换灯丝")
    page.get_by_text("以列表查看可约和停用时段").click()
    expect(page.locator("[data-free-list] > ul")).to_have_text("3月3日周二 13:00–15:00 停用：更换灯丝")
    box = said.bounding_box()
    field = page.locator(".ec-bg-event.time-closed").bounding_box()
    assert box["x"] >= field["x"] and box["x"] + box["width"] <= field["x"] + field["width"] + 1


def test_the_calendar_opens_at_the_hour_of_the_first_bookable_time(city, open_page):
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, NOW + timedelta(hours=13), length=timedelta(hours=2))
    page = open_page("/instruments/{}/")
    calendar = page.locator(".calendar").bounding_box()
    first = page.locator(".calendar .ec-stretch").first
    page.wait_for_function("() => document.querySelector('.calendar .ec-main').scrollTop > 0")
    top = first.bounding_box()["y"]
    assert calendar["y"] < top < calendar["y"] + calendar["height"] - 40


def test_a_click_on_a_stretch_books_from_there_or_from_its_last_start(open_page):
    page = open_page("/timeline/?day=2026-03-03")
    box = page.locator(".timeline .ec-bg-event").last.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 5.1 / 8, box["y"] + 8)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-03T17:00")


def test_the_timeline_begins_at_the_present_hour_today_and_at_opening_otherwise(open_page):
    page = open_page("/timeline/?day=2026-03-03")
    hours = page.locator(".timeline .ec-slot time")
    expect(hours.first).to_have_text("08:00")
    expect(hours.last).to_have_text("19:00")
    label = hours.first.evaluate("one => one.parentElement.getBoundingClientRect().left")
    stretch = page.locator(".timeline .ec-bg-event").first.bounding_box()
    assert label == pytest.approx(stretch["x"], abs=1.5)
    page.clock.set_fixed_time("2026-03-03T05:20:00Z")
    page.reload()
    expect(hours.first).to_have_text("13:00")
    expect(page.locator(".timeline .ec-row-head")).to_contain_text("云屏测试大学")


def test_each_hour_of_the_timeline_stands_at_its_line(open_page):
    page = open_page("/timeline/?day=2026-03-03")
    hours = page.locator(".timeline .ec-slot time")
    expect(hours.last).to_have_text("19:00")
    stretch = page.locator(".timeline .ec-bg-event").first.bounding_box()  # 08:00–10:00
    hour = stretch["width"] / 2
    for number, label in enumerate(hours.all()):
        line = stretch["x"] + number * hour
        assert line <= label.bounding_box()["x"] <= line + 8, label.text_content()


def test_any_day_of_the_timeline_is_chosen_by_its_date(open_page):
    page = open_page("/timeline/?day=2026-03-03")
    page.get_by_label("日期", exact=True).fill("2026-03-05")
    page.get_by_role("button", name="搜索").click()
    expect(page).to_have_url(re.compile("day=2026-03-05"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026年3月5日")
    page.get_by_role("link", name="后一天").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026年3月6日")


def test_the_card_stays_in_view_and_is_not_printed(open_page):
    page = open_page("/instruments/{}/")
    card = page.locator(".booking-card")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate("scrollY") > 600
    expect(card).to_be_in_viewport(ratio=1)
    page.keyboard.press("Control")  # as whoever prints does: after it the page may change its shape
    page.emulate_media(media="print")
    expect(card).to_be_hidden()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_bar_of_a_phone_covers_nothing_that_has_the_focus(open_page, locale):
    page = open_page("/instruments/{}/", viewport={"width": 375, "height": 700}, locale=locale)
    bar = page.locator(".booking-card")
    top = bar.bounding_box()["y"]
    assert bar.bounding_box()["height"] < 8 * 16, "pages.css leaves 8rem for it"
    facts, book = bar.locator("dd").last.bounding_box(), bar.locator(".btn").first.bounding_box()
    assert facts["x"] + facts["width"] <= book["x"]
    assert bar.locator("dd a").bounding_box()["height"] < 30, "the next time stands in one line"
    covered = """(top) => {
      const at = document.activeElement;
      if (at === document.body || at.closest(".booking-card, .ec-main")) return "";
      return at.getBoundingClientRect().bottom > top ? at.outerHTML : "";
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(covered, top) == ""
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = page.locator(".foot nav a").last.bounding_box()
    assert last["y"] + last["height"] <= top
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("width", [375, 1440])
def test_the_pages_are_open_to_everybody(open_page, city, width):
    page = open_page("/instruments/{}/", viewport={"width": width, "height": 900})
    axe(page)
    for address in (
        "/timeline/?day=2026-03-03",
        f"/compare/?ids={city.instrument.public_id}",
        f"/instruments/{city.instrument.public_id}/book/?start=2026-03-03T13:00&end=2026-03-03T14:00",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address


def test_the_bookable_times_are_printed_as_a_list(open_page):
    page = open_page("/instruments/{}/")
    times = page.locator("[data-free-list]")
    expect(times).to_be_hidden()
    page.keyboard.press("Control")  # as whoever prints does
    page.emulate_media(media="print")
    expect(page.locator(".calendar")).to_be_hidden()
    expect(times).to_be_visible()
    expect(times).to_contain_text("3月3日周二")
    assert times.evaluate("one => one.scrollHeight == one.clientHeight")


def test_a_chart_is_printed_as_wide_as_the_paper(city, enter):
    page = enter(city.researcher.username, viewport={"width": 1440, "height": 900})
    page.goto("/openness/")
    chart = page.locator(".chart canvas").last
    chart.wait_for()
    page.keyboard.press("Control")  # as whoever prints does
    page.emulate_media(media="print")
    assert chart.evaluate("""one => {
      document.body.style.width = "670px"; // of the paper, for which no script draws anew
      return one.clientWidth <= one.closest("figure").clientWidth;
    }""")
