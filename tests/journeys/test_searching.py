"""A visitor looks for an instrument and asks for a time."""

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.next_free import next_free_rebuild
from providers.search.services.index import search_rebuild
from providers.search.services.synonyms import synonym_group_save, synonyms_load
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city(accepts_vouchers=True)
    city.researcher.set_password(PASSWORD)
    city.researcher.save()
    other = factories.instrument(city.owner, name_zh="透射电子显微镜")
    factories.rule(other)
    factories.windows(other)
    synonyms_load(actor=None, now=NOW)
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
    expect(page.locator("#as-timeline")).to_have_attribute("href", "/timeline/?q=%E9%80%8F%E5%B0%84")
    page.wait_for_load_state("networkidle")  # Whatever else the key has sent has been answered.
    page.reload()
    expect(names).to_have_text(["透射电子显微镜"])
    page.go_back()
    expect(names).to_have_count(2)


class Effort:
    """Counts what a person does on the way: presses (clicks, taps, keys that do something), typed fields."""

    def __init__(self, page):
        self.page, self.presses, self.typed = page, 0, 0

    def press(self, act):
        self.presses += 1
        act()

    def type(self, selector, text):
        self.typed += 1
        self.page.locator(selector).fill(text)

    def tab_to(self, target):
        """Press Tab until the target has the focus; moving the focus is not counted."""
        for _ in range(120):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab")


def log_in_on_the_way(page, person):
    page.locator("#id_login").fill(person.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")


def test_a_visitor_books_from_home_by_mouse_with_a_day(city, enter):
    page = enter()
    effort = Effort(page)
    page.goto("/")
    effort.type("main [name=day]", "2026-03-04")
    effort.press(page.locator("main form[role=search] button").click)
    expect(page).to_have_url("/instruments/?day=2026-03-04")
    effort.press(page.locator(".result-times .chip").first.click)
    log_in_on_the_way(page, city.researcher)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-04T08:00")
    effort.type("#id_subject", "铝合金断口形貌")
    effort.press(page.get_by_role("button", name="预约这个时段").click)
    expect(page.locator("#notes")).to_contain_text("预约成功")
    assert Booking.objects.get().user == city.researcher
    assert (effort.presses, effort.typed) == (3, 2)


def test_a_researcher_books_from_home_by_keyboard_alone(city, enter):
    page = enter(city.researcher.username)
    effort = Effort(page)
    page.goto("/")
    effort.tab_to(page.locator("main [name=q]"))
    page.keyboard.insert_text("扫描电子显微镜")
    effort.press(lambda: page.keyboard.press("Enter"))
    expect(page.locator(".result-name").first).to_have_text("场发射扫描电子显微镜")
    effort.tab_to(page.locator(".result-times .chip").first)
    effort.press(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T08:00")
    effort.tab_to(page.locator("#id_subject"))
    page.keyboard.insert_text("铝合金断口形貌")
    effort.tab_to(page.get_by_role("button", name="预约这个时段"))
    effort.press(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#notes")).to_contain_text("预约成功")
    assert Booking.objects.get().user == city.researcher
    assert effort.presses == 3


def test_a_researcher_books_from_home_by_touch_on_a_phone(city, enter):
    page = enter(city.researcher.username, **PHONE)
    effort = Effort(page)
    page.goto("/")
    effort.press(page.locator(".tasks").get_by_role("link", name="看形貌").tap)
    effort.press(page.locator(".result-times .chip").first.tap)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T08:00")
    effort.type("#id_subject", "铝合金断口形貌")
    effort.press(page.get_by_role("button", name="预约这个时段").tap)
    expect(page.locator("#notes")).to_contain_text("预约成功")
    assert Booking.objects.get().user == city.researcher
    assert (effort.presses, effort.typed) == (3, 1)


def test_search_from_home_works_without_scripts(city, enter):
    page = enter(java_script_enabled=False)
    page.goto("/")
    page.locator("main [name=q]").fill("透射")
    page.locator("main [name=q]").press("Enter")
    expect(page).to_have_url("/instruments/?q=%E9%80%8F%E5%B0%84")
    page.get_by_text("更多筛选条件").click()
    page.get_by_label("接受科技创新券").check()
    page.get_by_role("button", name="搜索").click()
    expect(page).to_have_url("/instruments/?q=%E9%80%8F%E5%B0%84&vouchers=on")
    expect(page.locator(".empty-title")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_first_screens_hold_search_steps_and_first_result(city, enter, locale):
    for number in range(7):
        synonym_group_save(
            actor=factories.officer(),
            words=[f"需求{number}"],
            methods=["扫描电镜"],
            task=("测重金属", "Internal defects"),
            now=NOW,
        )
    for size in ({"width": 1440, "height": 900}, {"width": 375, "height": 812}):
        page = enter(viewport=size, locale=locale)
        page.goto("/")
        axe(page)
        expect(page.locator(".tasks .chip")).to_have_count(8)
        assert bottom_of(page.locator(".how ol")) <= size["height"]
    page = enter(locale=locale)
    page.goto("/instruments/?q=%E6%98%BE%E5%BE%AE%E9%95%9C&day=2026-03-04")
    axe(page)
    assert bottom_of(page.locator(".result").first) <= 600
    fields = page.locator(".search-row > *, .filters > summary")
    bottoms = {round(bottom_of(fields.nth(number))) for number in range(fields.count())}
    assert len(bottoms) == 1


def bottom_of(locator):
    box = locator.bounding_box()
    return box["y"] + box["height"]


def test_a_visitor_who_logs_in_comes_to_the_form_with_the_time(city, enter):
    page = enter()
    page.goto("/instruments/?q=扫描电子显微镜")
    page.locator(".result .chip").first.click()
    page.locator("#id_login").fill(city.researcher.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form[data-form] button[type=submit]").click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T08:00")
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-02T08:30")
