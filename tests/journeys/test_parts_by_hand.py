"""The parts of a page as a person works them: by pointer and by keyboard, on a desk and on a phone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.journeys.walk import axe

pytestmark = pytest.mark.urls("tests.web.urls")
TUESDAY_EVENING = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def open_guide(enter, clock):
    """The page with every part on it, on a Tuesday evening, in a window that may be anywhere in the world."""

    def open_guide(**context_args):
        clock.set(TUESDAY_EVENING)
        page = enter(**context_args)
        page.clock.set_fixed_time(TUESDAY_EVENING)
        page.goto("/styleguide/")
        expect(page.locator(".calendar .time-mine")).to_be_visible()
        expect(page.locator(".timeline .ec-event").first).to_be_visible()
        return page

    return open_guide


def expect_chosen(page, start, end):
    expect(page.locator("#id_starts")).to_have_value(start)
    expect(page.locator("#id_ends")).to_have_value(end)


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "America/New_York"])
def test_a_free_time_is_chosen_from_the_list_by_keyboard(open_guide, timezone):
    page = open_guide(timezone_id=timezone)
    page.locator(".calendar ~ details summary").focus()
    page.keyboard.press("Enter")
    page.locator(".calendar ~ details select").select_option("1 小时 30 分钟")
    times = page.locator(".calendar ~ details")
    times.get_by_role("button", name="3月4日周三 13:00–14:30").focus()
    page.keyboard.press("Enter")
    expect_chosen(page, "2026-03-04T13:00", "2026-03-04T14:30")
    expect(page.locator(".calendar ~ [data-said]")).to_have_text("已选：3月4日周三 13:00–14:30")


@pytest.mark.parametrize(
    ("language", "week", "spans"),
    [
        (
            "zh-hans",
            "2026年3月3日–9日",
            ["2026年3月3日", "2026年3月30日–4月5日", "2026年12月28日–2027年1月3日"],
        ),
        (
            "en",
            "3–9 March 2026",
            ["3 March 2026", "30 March – 5 April 2026", "28 December 2026 – 3 January 2027"],
        ),
    ],
)
def test_the_calendar_says_its_days_as_the_language_writes_them(
    open_guide, language, week, spans, live_server
):
    page = open_guide()
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.reload()
    expect(page.locator(".calendar .ec-title")).to_have_text(week)
    days = [["2026-03-03"] * 2, ["2026-03-30", "2026-04-05"], ["2026-12-28", "2027-01-03"]]
    script = (
        "days => import('/static/instrument_share/js/time.js').then((t) => days.map((d) => t.spanOf(...d)))"
    )
    assert page.evaluate(script, days) == spans


@pytest.mark.parametrize(
    ("locale", "end", "said"),
    [
        ("zh-CN", "2026-03-03T23:30", "3月3日周二 20:00–23:30"),
        ("zh-CN", "2026-03-04T00:00", "3月3日周二 20:00–24:00"),
        ("zh-CN", "2026-03-04T10:00", "3月3日周二 20:00 – 3月4日周三 10:00"),
        ("zh-CN", "2026-03-05T00:00", "3月3日周二 20:00 – 3月5日周四 00:00"),
        ("en", "2026-03-04T00:00", "Tue 3 Mar 20:00–24:00"),
    ],
)
def test_a_time_until_midnight_ends_at_24_and_one_over_a_night_names_both_days(open_guide, locale, end, said):
    page = open_guide(locale=locale)
    script = "(end) => import('/static/instrument_share/js/time.js').then((t) => t.rangeText(%r, end))"
    assert page.evaluate(script % "2026-03-03T20:00", end) == said


def test_the_list_has_the_starts_that_admit_a_length(open_guide):
    page = open_guide()
    page.locator(".calendar ~ details summary").click()
    chips = page.locator(".calendar ~ details .chips")
    page.locator(".calendar ~ details select").select_option("3 小时")
    assert [row.replace("\n", " ") for row in chips.all_inner_texts()] == [
        "08:30 09:00",
        "08:30 09:00 09:30 10:00 15:00",
    ]


@pytest.mark.parametrize(
    ("now", "events", "hours"),
    [
        ("2026-03-03T20:00", [], [8, 20]),
        ("2026-03-03T20:00", ["09:00-12:30", "14:00-17:00"], [9, 17]),
        ("2026-03-03T20:00", ["09:00-12:30"], [9, 15]),
        ("2026-03-03T20:00", ["21:30-22:00"], [18, 24]),
        ("2026-03-04T20:00", ["08:00-12:00", "19:00-23:30"], [18, 24]),
        ("2026-03-04T10:40", ["08:00-12:00", "13:00-18:00"], [10, 18]),
        ("2026-03-04T20:00", ["08:00-12:00", "13:00-18:00"], [8, 18]),
        ("", ["08:00-12:00", "13:00-18:00"], [8, 18]),
    ],
)
def test_a_day_is_shown_from_its_first_event_and_today_from_the_present_hour(open_guide, now, events, hours):
    page = open_guide()
    script = """([now, times]) => import('/static/instrument_share/js/time.js').then((time) => {
      const wall = (at) => `2026-03-04T${at}`;
      const events = times.map((one) => one.split('-'))
        .map(([start, end]) => ({start: wall(start), end: wall(end)}));
      const { from, until } = time.shownHours('2026-03-04', events, now);
      return [from, until];
    })"""
    assert page.evaluate(script, [now, events]) == hours


def test_a_click_chooses_the_shortest_booking_and_one_beside_bookable_time_is_refused(open_guide):
    page = open_guide()
    click_at_ten(page, day=2)
    expect_chosen(page, "2026-03-05T10:00", "2026-03-05T10:30")
    click_at_ten(page, day=4)
    expect(page.locator(".calendar ~ [data-said]")).to_have_text(
        "该时段不可预约，请在浅色区域内或列表中选择。"
    )
    expect_chosen(page, "2026-03-05T10:00", "2026-03-05T10:30")


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        ("2026-03-04T09:00", ["2026-03-04T09:00", "2026-03-04T11:00"]),
        ("2026-03-04T09:29", ["2026-03-04T09:00", "2026-03-04T11:00"]),
        ("2026-03-04T11:45", ["2026-03-04T11:30", "2026-03-04T13:30"]),
        ("2026-03-04T16:59", ["2026-03-04T15:00", "2026-03-04T17:00"]),
        ("2026-03-04T08:59", None),
        ("2026-03-04T17:00", None),
    ],
)
def test_a_moment_of_a_stretch_chooses_the_last_start_before_it(open_guide, at, chosen):
    page = open_guide()
    script = """(at) => import('/static/instrument_share/js/offers.js').then((offers) => {
      const run = {resource: 'A', step: 30, shortest: 120, longest: null};
      const [first, last, until] = ['01', '07', '09'].map((hour) => `2026-03-04T${hour}:00:00Z`);
      const found = offers.shortestAt(offers.read([{...run, first, last, until}]), 'A', at);
      return found && [found.start, found.end];
    })"""
    assert page.evaluate(script, at) == chosen


def click_at_ten(page, *, day):
    page.locator(".calendar").evaluate("part => part.scrollIntoView({block: 'center'})")
    hour = page.locator(".calendar .ec-sidebar time").filter(has_text="10:00").bounding_box()
    column = page.locator(".calendar .ec-body .ec-day").nth(day).bounding_box()
    page.mouse.click(column["x"] + column["width"] / 2, hour["y"] + hour["height"] / 2 + 3)


def test_irreversible_action_asks_first_and_reports_result(open_guide):
    page = open_guide()
    page.get_by_role("link", name="取消预约").click()
    dialog = page.get_by_role("dialog", name="取消这次预约")
    expect(dialog).to_contain_text("时段将让给候补用户")
    dialog.get_by_role("link", name="返回").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="取消预约").click()
    dialog.get_by_role("button", name="取消预约").click()
    expect(page.locator("#notes")).to_contain_text("预约已取消")


def test_a_form_that_is_on_its_way_is_not_sent_again(open_guide):
    page = open_guide()
    page.goto("/styleguide/confirm/")
    sending = "form => form.dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}))"
    form = page.locator("main form")
    assert [form.evaluate(sending), form.evaluate(sending)] == [True, False]


@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_part_is_open_to_everybody_and_fits_the_window(open_guide, width, language):
    page = open_guide(viewport={"width": width, "height": 900}, locale=language)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_stands_below_a_step_is_read_whole_on_a_phone(open_guide):
    page = open_guide(viewport={"width": 375, "height": 800})
    steps = page.locator(".step-line").first
    expect(steps).to_contain_text("须由单位说明，再由审核员决定")
    assert (
        steps.locator(".step-text").evaluate_all(
            "all => all.filter(one => one.scrollHeight > one.clientHeight).map(one => one.innerText)"
        )
        == []
    )
    assert steps.locator(".step-dot").evaluate_all("all => all.map(one => one.offsetWidth)") == [30] * 6
