"""From a free time on the calendar to confirmed hours: what who books and who keeps do, by clicking."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.requests.selectors.bookings import bookings
from bookings.usage.selectors.usage import usage_logs
from instrument_share.accounts.models import User
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe, go

HOUR = timedelta(hours=1)


@pytest.fixture
def city(transactional_db, clock):
    clock.set(NOW)
    city = factories.city(decision="by_keeper", decision_hours=24)
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save()
    return city


@pytest.fixture
def desk_of(enter, clock):
    """A window of somebody who is logged in; its clock shows the test's time."""

    def desk_of(person, **context_args):
        page = enter(person.username, **context_args)
        page.clock.set_fixed_time(clock.now())
        return page

    return desk_of


def open_book(page, city):
    page.goto(f"/instruments/{city.instrument.public_id}/book/")
    expect(page.locator(".calendar .time-open").first).to_be_visible()


def click_at(page, hour, *, day):
    """A click on the calendar, a little below the line of an hour."""
    page.locator(".calendar").evaluate("part => part.scrollIntoView({block: 'center'})")
    line = page.locator(".calendar .ec-sidebar time").filter(has_text=hour).bounding_box()
    column = page.locator(".calendar .ec-body .ec-day").nth(day).bounding_box()
    page.mouse.click(column["x"] + column["width"] / 2, line["y"] + line["height"] / 2 + 3)


def request_two_hours(page, city):
    open_book(page, city)
    click_at(page, "10:00", day=1)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-03T10:00")
    page.locator("#id_ends_at").fill("2026-03-03T12:00")
    page.locator("#id_subject").fill("铝合金断口形貌")
    expect(page.locator("#quote")).to_contain_text("¥200.00")
    expect(page.locator("#quote")).to_contain_text("符合全部规则")


def bookings_of(person):
    return list(bookings(User.objects.get(pk=person.pk)).filter(user=person))


def test_a_researcher_books_the_keeper_lets_them_in_and_the_hours_are_confirmed(city, desk_of, clock):
    mine = desk_of(city.researcher)
    request_two_hours(mine, city)
    axe(mine)
    mine.get_by_role("button", name="申请").click()
    expect(mine.locator("#notes")).to_contain_text("2026年3月3日 03:30")
    expect(mine.locator(".page-head")).to_contain_text("待审批")
    axe(mine)

    theirs = desk_of(city.keeper)
    expect(theirs).to_have_url("/keeper/")
    request = theirs.locator("#decide li")
    expect(request).to_contain_text("铝合金断口形貌")
    figures = theirs.locator("#figures .stat-value")
    expect(figures.first).to_have_text("1")
    request.get_by_role("button", name="通过").click()
    expect(theirs.locator("#decide")).to_contain_text("已通过，并已通知戊。")
    expect(figures.first).to_have_text("0")
    expect(theirs.locator("#decide-count")).to_have_text("")
    axe(theirs)

    clock.set(slot(hour=10).start)
    theirs.goto("/keeper/")
    who = theirs.locator(".timeline .ec-event-words")
    expect(who).to_have_text("戊 · 铝合金断口形貌")
    expect(who).to_be_visible()
    theirs.get_by_role("button", name="签到 戊").click()
    expect(theirs.locator("#notes")).to_contain_text("戊已签到")
    clock.move(2 * HOUR)
    theirs.goto("/keeper/")
    theirs.locator("a[href*='/check-out/']").first.click()
    theirs.locator("#id_idle").fill("30")
    theirs.get_by_role("button", name="签退并记录").click()
    expect(theirs.locator("#amount")).to_contain_text("¥150.00")
    theirs.get_by_role("button", name="签退并记录").click()
    expect(theirs.locator("#notes")).to_contain_text("有效机时 1.5 小时，费用 ¥150.00")

    mine.goto("/me/")
    mine.get_by_role("button", name="确认机时").click()
    expect(mine.locator("#notes")).to_contain_text("已确认")
    mine.get_by_role("link", name="场发射扫描电子显微镜").first.click()
    go(mine.get_by_role("link", name="上机记录"))
    axe(mine)
    mine.get_by_label("非常满意").check()
    mine.get_by_role("button", name="提交评价").click()
    expect(mine.locator("#notes")).to_contain_text("感谢评价")
    log = usage_logs(city.researcher).get()
    assert (log.is_confirmed, log.effective_seconds, log.review.rating) == (True, 5400, "very_satisfied")


def test_a_double_click_makes_one_booking(city, desk_of):
    page = desk_of(city.researcher)
    request_two_hours(page, city)
    page.get_by_role("button", name="申请").dblclick()
    page.wait_for_url("**/bookings/**")
    assert len(bookings_of(city.researcher)) == 1


def test_keyboard_time_choice_shows_all_problems(city, desk_of, watch):
    watch.expect("422")
    page = desk_of(city.researcher)
    open_book(page, city)
    page.locator(".calendar ~ details summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("时长").select_option("8 小时")
    page.get_by_role("button", name="3月4日周三 08:00–16:00").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-04T16:00")
    expect(page.locator("#quote")).to_contain_text("符合全部规则")
    page.locator("#id_ends_at").fill("2026-03-04T20:00")
    expect(page.locator("#quote")).to_contain_text("8 小时")
    page.locator("#id_subject").fill("铝合金断口形貌")
    page.get_by_role("button", name="申请").click()
    expect(page.locator("[data-problems]")).to_contain_text("8 小时")
    page.locator("#quote .chip").click()
    expect(page.locator("#id_ends_at")).to_have_value("2026-03-04T16:00")  # as near to what was asked for
    expect(page.locator("#id_subject")).to_have_value("铝合金断口形貌")
    assert bookings_of(city.researcher) == []


def test_the_calendar_goes_to_the_week_of_a_time_that_is_typed_or_linked(city, desk_of):
    page = desk_of(city.researcher)
    week, chosen = page.locator(".calendar .ec-title"), page.locator(".calendar .time-chosen")
    open_book(page, city)
    expect(week).to_have_text("2026年3月2日–8日")
    page.locator("#id_starts_at").fill("2026-03-17T10:00")
    page.locator("#id_ends_at").fill("2026-03-17T12:00")
    expect(week).to_have_text("2026年3月17日–23日")
    expect(chosen).to_contain_text("10:00–12:00")
    page.goto(f"/instruments/{city.instrument.public_id}/book/?start=2026-03-25T09:00&end=2026-03-25T10:00")
    expect(week).to_have_text("2026年3月25日–31日")
    expect(chosen).to_contain_text("09:00–10:00")
    with page.expect_response("**/availability/**"):
        page.locator(".calendar button.ec-next").click()
    expect(chosen).to_have_count(0)
    with page.expect_response("**/availability/**"):
        page.locator(".calendar button.ec-prev").click()
    expect(page.locator(".calendar .time-open").first).to_be_visible()
    expect(chosen).to_contain_text("09:00–10:00")


def test_the_calendar_opens_at_the_hour_of_a_time_that_is_linked(city, desk_of):
    """The first bookable time may be at night, and what was chosen then lay below what is seen."""
    city.instrument.open_windows.all().delete()
    factories.windows(city.instrument, NOW + timedelta(hours=16), length=timedelta(hours=24))
    page = desk_of(city.researcher)
    page.goto(f"/instruments/{city.instrument.public_id}/book/?start=2026-03-03T18:00&end=2026-03-03T19:00")
    expect(page.locator(".calendar .time-chosen")).to_be_in_viewport()


def test_second_booking_of_same_time_is_refused(city, desk_of, watch):
    page = desk_of(city.researcher)
    request_two_hours(page, city)
    book(city, slot(hour=11), actor=city.manager, payer=False)
    watch.expect("422")
    page.get_by_role("button", name="申请").click()
    expect(page.locator("[data-problems]")).to_contain_text("已被")
    assert bookings_of(city.researcher) == []


def test_a_cancelled_booking_frees_its_time(city, desk_of):
    booking = book(city, slot(day=2, hour=10))
    page = desk_of(city.researcher)
    page.goto(f"/bookings/{booking.public_id}/")
    page.get_by_role("link", name="取消预约").click()
    dialog = page.get_by_role("dialog", name="取消这次预约？")
    expect(dialog).to_contain_text("不收取费用")
    dialog.get_by_role("button", name="取消预约").click()
    expect(page.locator("#notes")).to_contain_text("已取消，不收费")
    open_book(page, city)
    page.locator(".calendar ~ details summary").click()
    page.get_by_label("时长").select_option("8 小时")
    expect(page.get_by_role("button", name="3月4日周三 10:00–18:00")).to_be_visible()


def test_booking_moves_to_overlapping_time(city, desk_of):
    booking = book(city, slot(day=3, hour=10))
    page = desk_of(city.researcher)
    page.goto(f"/bookings/{booking.public_id}/move/")
    expect(page.locator(".calendar .time-open").first).to_be_visible()
    click_at(page, "11:00", day=0)
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-05T11:00")
    page.locator("#id_ends_at").fill("2026-03-05T14:00")
    expect(page.locator("#quote")).to_contain_text("由 ¥200.00 变为 ¥300.00")
    page.get_by_role("button", name="确认改期").click()
    expect(page.locator("#notes")).to_contain_text("已改到 2026年3月5日 周四 11:00–14:00")


def test_a_closure_says_what_becomes_of_the_bookings_it_hits(city, desk_of, watch):
    book(city, slot(day=2, hour=10))
    moved = book(city, slot(day=2, hour=14))
    page = desk_of(city.keeper)
    page.get_by_role("link", name="登记停用").click()
    page.locator("#id_starts_at").fill("2026-03-04T08:00")
    page.locator("#id_ends_at").fill("2026-03-04T20:00")
    page.locator("#id_reason_zh").fill("更换灯丝")
    watch.expect("422")
    page.get_by_role("button", name="登记停用").click()
    fates = page.locator(".fate")
    expect(fates).to_have_count(2)
    axe(page)
    fates.first.get_by_role("radio", name="取消，不收费").check()
    fates.last.get_by_role("radio", name="改期").check()
    page.locator(f"#id_start_{moved.public_id}").fill("2026-03-05T14:00")
    page.get_by_role("button", name="停用并通知用户").click()
    expect(page.locator("#notes")).to_contain_text("受影响的用户均已通知")
    states = {one.starts_at: one.state for one in bookings_of(city.researcher)}
    assert states == {slot(day=2, hour=10).start: "cancelled", slot(day=3, hour=14).start: "requested"}


@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_desks_fit_the_window_and_are_open_to_everybody(city, desk_of, width, locale):
    booking = book(city)
    mine = desk_of(city.researcher, viewport={"width": width, "height": 900}, locale=locale)
    for address in (
        "/me/",
        "/me/usage/",
        "/me/notifications/",
        "/me/tokens/",
        f"/bookings/{booking.public_id}/",
    ):
        mine.goto(address)
        axe(mine)
        assert mine.evaluate("document.documentElement.scrollWidth") == width, address
    theirs = desk_of(city.keeper, viewport={"width": width, "height": 900}, locale=locale)
    for address in ("/keeper/", "/keeper/log/", "/keeper/closure/"):
        theirs.goto(address)
        axe(theirs)
        assert theirs.evaluate("document.documentElement.scrollWidth") == width, address
