"""The page on which a time is asked for: its fields follow the rule."""

import re
from datetime import date, timedelta

import pytest

from bookings.requests.domain.choices import Direction
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from providers.instruments.models import Instrument, InstrumentLink
from providers.terms.domain.choices import Decision, QuotaHolder, QuotaSpan, ServiceMode
from providers.terms.domain.terms import Quota
from providers.terms.models import OpenServiceRule
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.factories import NOW, slot

RULE_CHANGED = "您查看之后，预约规则有变化。请在仪器页面核对后再提交。"


def texts(response):
    return " ".join(response.content.decode().split())


def test_sample_field_is_shown_only_where_relevant(city, see):
    assert "样品数" in texts(see(city.researcher, "book", city.instrument.public_id))
    factories.rule(city.instrument, service_modes=["operated"])
    assert "样品数" not in texts(see(city.researcher, "book", city.instrument.public_id))


def test_form_shows_live_price_and_problems(city, see):
    asked = {
        "starts_at": "2026-03-03T06:15",
        "ends_at": "2026-03-03T16:15",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    page = texts(see(city.researcher, "quote", city.instrument.public_id, **asked))
    assert "10 × ¥100.00 /小时" in page
    assert "¥1,000.00" in page
    assert page.count("<li>") == 3


def test_a_form_sent_twice_makes_one_booking_and_leads_to_it(city, send):
    time = slot()
    typed = {
        "form_token": "once",
        "starts_at": f"{time.start + timedelta(hours=8):%Y-%m-%dT%H:%M}",
        "ends_at": f"{time.end + timedelta(hours=8):%Y-%m-%dT%H:%M}",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "subject": "二氧化钛薄膜",
        "direction": Direction.RESEARCH.value,
    }
    first = send(city.researcher, "book", city.instrument.public_id, **typed)
    second = send(city.researcher, "book", city.instrument.public_id, **typed)
    assert first.status_code == 302
    assert (second.status_code, second["Location"]) == (302, first.url)
    taken = send(city.researcher, "book", city.instrument.public_id, **{**typed, "form_token": "again"})
    assert (taken.status_code, "二氧化钛薄膜" in texts(taken)) == (422, True)


def test_a_refused_request_names_price_and_next_bookable_time_and_repeats_no_problem(city, send):
    typed = {
        "form_token": "refused",
        "starts_at": "2026-03-03T06:15",
        "ends_at": "2026-03-03T16:15",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "subject": "二氧化钛薄膜",
        "direction": Direction.RESEARCH.value,
    }
    answer = send(city.researcher, "book", city.instrument.public_id, **typed)
    page = texts(answer)
    box = page[page.index('id="quote"') :]
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    assert "¥1,000.00" in box
    assert 'data-choose-start="2026-03-03T08:00"' in box
    assert "存在以下问题" not in page
    assert 'hx-trigger="change from' in page


def test_missing_subject_does_not_hide_other_problems(city, send):
    typed = {
        "starts_at": "2026-03-03T06:15",
        "ends_at": "2026-03-03T16:15",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "subject": "",
        "direction": Direction.RESEARCH.value,
    }
    page = texts(send(city.researcher, "book", city.instrument.public_id, **typed))
    assert 'href="#id_subject"' in page
    assert page.count("<li>", page.index("存在以下问题")) == 3
    backwards = {**typed, "ends_at": "2026-03-03T06:00"}
    assert texts(send(city.researcher, "book", city.instrument.public_id, **backwards)).count(
        "结束时间应晚于开始时间"
    ) == texts(
        send(city.researcher, "book", city.instrument.public_id, **{**backwards, "subject": "薄膜"})
    ).count("结束时间应晚于开始时间")


def test_own_booking_of_another_instrument_at_that_time_is_a_warning(city, see):
    other = factories.instrument(city.owner, name_zh="拉曼光谱仪")
    factories.rule(other)
    factories.windows(other)
    own = book(city, instrument_id=other.pk)
    asked = {
        "starts_at": "2026-03-03T10:00",
        "ends_at": "2026-03-03T12:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    page = texts(see(city.researcher, "quote", city.instrument.public_id, **asked))
    assert "您在同一时段已有其他预约" in page
    assert f'href="/bookings/{own.public_id}/"' in page
    assert "符合全部规则，机组将于 2026年3月3日 03:30 前审批" in page
    later = {**asked, "starts_at": "2026-03-03T11:00"}
    assert "您在同一时段" not in texts(see(city.researcher, "quote", city.instrument.public_id, **later))


OWN_TIME = "您本人已预约本仪器（2026年3月3日 周二 09:00–11:00），与所选时段（含两次使用之间的间隔）冲突。"


def test_who_asks_for_a_time_that_they_hold_themselves_reads_so_with_a_link(city, see):
    own = book(city)
    asked = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00", "payer": "person"}
    for person, is_own in ((city.researcher, True), (city.keeper, False)):
        page = texts(see(person, "quote", city.instrument.public_id, **asked, service_mode="operated"))
        assert (OWN_TIME in page) == is_own
        assert (f'href="/bookings/{own.public_id}/"' in page) == is_own
        assert ("已被占用，请选择空闲时段" in page) == (not is_own)
        assert ("加入候补" in page) == (not is_own)


def test_a_booking_that_is_moved_is_not_in_its_own_way_but_another_of_ones_own_is(city, see):
    kept, moved = book(city), book(city, slot(hour=14))
    asked = {"starts_at": "2026-03-03T13:00", "ends_at": "2026-03-03T15:00"}
    free = texts(see(city.researcher, "booking_move_quote", moved.public_id, **asked))
    assert "您本人已预约" not in free
    assert "/bookings/" not in free
    asked = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00"}
    taken = texts(see(city.researcher, "booking_move_quote", moved.public_id, **asked))
    assert OWN_TIME in taken
    assert re.findall(r'href="/bookings/([^/]+)/"', taken) == [kept.public_id]
    by_unit = texts(see(city.keeper, "booking_move_quote", moved.public_id, **asked))
    assert "已被占用，请选择空闲时段" in by_unit
    assert "您本人已预约" not in by_unit


def test_what_one_holds_of_an_instrument_that_is_booked_with_it_is_told_as_ones_own(city, see):
    link_another(city)
    other = Instrument.objects.get(name_zh="样品制备仪")
    own = book(city, instrument_id=other.pk)
    asked = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00", "payer": "person"}
    page = texts(see(city.researcher, "quote", city.instrument.public_id, **asked, service_mode="operated"))
    assert f"须同时预约的“样品制备仪”：{OWN_TIME}" in page
    assert f'href="/bookings/{own.public_id}/"' in page


def test_a_refusal_names_the_next_bookable_time_by_its_day(city, see):
    """Not the earliest instant that the lead time allows: at that hour the instrument is closed."""
    city.rule.lead_minutes = 15 * 60
    city.rule.save()
    asked = {
        "starts_at": "2026-03-02T20:00",
        "ends_at": "2026-03-02T22:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    answer = see(city.researcher, "quote", city.instrument.public_id, **asked)
    page = texts(answer)
    assert 'data-choose-start="2026-03-03T08:00" data-choose-end="2026-03-03T10:00" >明天 08:00</a>' in page
    assert "须至少提前 15 小时预约" in page
    assert "23:00" not in page


def get_offered(response):
    page = response.content.decode()
    return re.findall(r'data-choose-start="([^"]+)"\s+data-choose-end="([^"]+)"', page)


def test_a_refusal_names_the_next_time_at_which_as_long_a_booking_fits(city, see):
    """Not the two hours left in the morning, which the person would be refused again."""
    book(city, slot(day=1, hour=10, length=7), actor=city.keeper, payer=False)
    asked = {
        "starts_at": "2026-03-03T08:00",
        "ends_at": "2026-03-03T11:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    refused = see(city.researcher, "quote", city.instrument.public_id, **asked)
    assert get_offered(refused) == [("2026-03-03T17:00", "2026-03-03T20:00")]
    assert "同样时长最早可约： <a" in texts(refused)
    link = re.search(r'class="chip" href="([^"]+)"', texts(refused))[1]
    followed = f"?start=2026-03-03T17:00&amp;end=2026-03-03T20:00&amp;payer={city.company.public_id}"
    assert link.endswith(f"{followed}&amp;service_mode=operated")
    (start, end), *_others = get_offered(refused)
    again = see(
        city.researcher, "quote", city.instrument.public_id, **asked | {"starts_at": start, "ends_at": end}
    )
    assert "符合全部规则" in texts(again)


@pytest.mark.parametrize(
    ("limits", "ends_at", "offered"),
    [
        ({"max_minutes": 180}, "2026-03-03T18:00", ("2026-03-03T10:00", "2026-03-03T13:00")),
        ({"min_minutes": 180}, "2026-03-03T11:00", ("2026-03-03T10:00", "2026-03-03T13:00")),
    ],
    ids=["too_long", "too_short"],
)
def test_where_nothing_is_as_long_the_refusal_says_of_which_length_the_next_time_is(
    city, see, limits, ends_at, offered
):
    factories.rule(city.instrument, **limits)
    asked = {"starts_at": "2026-03-03T10:00", "ends_at": ends_at, "payer": "person"}
    page = see(city.researcher, "quote", city.instrument.public_id, **asked, service_mode="operated")
    assert get_offered(page) == [offered]
    assert "此后没有这一时长的可约时段，其他时长最早可约：" in texts(page)
    assert "明天 10:00（3 小时）</a>" in texts(page)


def test_a_refusal_that_another_time_would_not_mend_names_none(city, see):
    asked = {"starts_at": "2026-03-03T10:00", "ends_at": "2026-03-03T12:00", "service_mode": "samples"}
    page = see(city.researcher, "quote", city.instrument.public_id, **asked, payer="person")
    assert "请填写样品数量" in texts(page)
    assert get_offered(page) == []


def test_the_next_time_lies_in_the_period_of_the_project_that_is_named(city, see):
    later = add_project(city, for_all_members=True, first_date=date(2026, 3, 6))
    asked = {
        "starts_at": "2026-03-03T10:00",
        "ends_at": "2026-03-03T12:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "organization_project": later.public_id,
    }
    page = see(city.researcher, "quote", city.instrument.public_id, **asked)
    assert get_offered(page) == [("2026-03-06T08:00", "2026-03-06T10:00")]
    later.budget_yuan = 100
    later.save()
    assert get_offered(see(city.researcher, "quote", city.instrument.public_id, **asked)) == []


def test_each_problem_is_told_once_with_lengths_in_hours_and_the_hours_of_the_day(city, see):
    city.rule.max_minutes = 720
    city.rule.save()
    asked = {
        "starts_at": "2026-03-03T09:10",
        "ends_at": "2026-03-03T22:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    page = see(city.researcher, "quote", city.instrument.public_id, **asked).content.decode()
    assert re.findall(r"<li>([^<]+)</li>", page) == [
        "开始和结束时间须以 30 分钟为单位，请调整。",
        "单次预约最长 12 小时，请提前结束时间。",
        "所选时间超出开放时段（2026年3月3日 周二 08:00–20:00），请在开放时段内选择。",
    ]


def test_the_next_bookable_time_is_one_for_the_chosen_payer(city, see):
    city.rule.user_kinds = ["enterprise"]
    city.rule.save()
    asked = {"starts_at": "2026-03-03T06:00", "ends_at": "2026-03-03T07:00", "service_mode": "operated"}
    for payer, offered in (
        (city.company.public_id, ['data-choose-start="2026-03-03T08:00"']),
        ("person", []),
    ):
        page = texts(see(city.researcher, "quote", city.instrument.public_id, payer=payer, **asked))
        assert re.findall(r'data-choose-start="[^"]+"', page) == offered


def test_a_time_in_the_address_is_priced_before_anything_is_sent(city, see):
    asked = {"start": "2026-03-03T09:00", "end": "2026-03-03T12:00"}
    page = texts(see(city.researcher, "book", city.instrument.public_id, **asked))
    assert "3 × ¥100.00 /小时" in page
    assert "¥300.00" in page
    assert "符合全部规则" in page
    assert 'hx-trigger="change from' in page


@pytest.fixture
def versions(city):
    """¥100 and operated by staff alone; from 5 March ¥130 in every way, four hours a week, by decision."""
    four_hours = Quota(QuotaHolder.ORGANIZATION, QuotaSpan.WEEK, most_time=timedelta(hours=4))
    dearer = hours(price=130, quotas=(four_hours,), decision=Decision.BY_KEEPER)
    return (
        put_in_force(city, hours(service_modes=frozenset({ServiceMode.OPERATED}))),
        put_in_force(city, dearer, day=3),
    )


def test_a_time_is_priced_and_judged_by_the_version_in_force_then(city, versions, see):
    def asked(day, mode):
        times = {"starts_at": f"2026-03-0{day}T09:00", "ends_at": f"2026-03-0{day}T14:30"}
        typed = {"payer": city.company.public_id, "service_mode": mode, **times}
        return texts(see(city.researcher, "quote", city.instrument.public_id, **typed))

    before, after = asked(4, "operated"), asked(6, "self_operated")
    for words in ("5.5 × ¥100.00 /小时", "¥550.00", "符合全部规则"):
        assert words in before
    for words in ("5.5 × ¥130.00 /小时", "¥715.00", "每单位每周最多可预约本仪器 4 小时，请另选一周。"):
        assert words in after
    assert "符合全部规则" not in after


@pytest.mark.parametrize(("day", "offered"), [(4, False), (6, True)])
def test_the_form_offers_the_ways_of_the_version_in_force_then(city, versions, see, day, offered):
    times = {"start": f"2026-03-0{day}T09:00", "end": f"2026-03-0{day}T11:00"}
    page = see(city.researcher, "book", city.instrument.public_id, **times).content.decode()
    assert ('<option value="self_operated"' in page) == offered


def test_a_way_of_service_that_the_version_in_force_then_lacks_is_refused_in_words(city, versions, see):
    """As on a form that was read for a time under another version."""
    times = {"starts_at": "2026-03-04T09:00", "ends_at": "2026-03-04T11:00"}
    typed = {"payer": city.company.public_id, "service_mode": "self_operated", **times}
    page = texts(see(city.researcher, "quote", city.instrument.public_id, **typed))
    assert "该仪器不提供这种服务方式，请选择规则列明的服务方式。" in page
    assert "self_operated" not in page


def test_a_booking_has_rule_and_price_of_the_version_in_force_at_its_start(city, versions):
    cheaper, dearer = versions
    first = book(city, slot(day=2), service_mode=ServiceMode.OPERATED)
    second = book(city, slot(day=4), service_mode=ServiceMode.OPERATED)
    found = [(one.state, one.rule_id, one.quoted_yuan) for one in (first, second)]
    assert found == [("approved", cheaper.pk, 200), ("requested", dearer.pk, 260)]
    for moved, to in ((second, slot(day=1)), (first, slot(day=5))):
        booking_move(actor=city.researcher, booking_id=moved.pk, interval=to, now=NOW)
        moved.refresh_from_db()
    found = [(one.rule_id, one.quoted_yuan) for one in (first, second)]
    assert found == [(dearer.pk, 260), (cheaper.pk, 200)]


@pytest.mark.parametrize("button", [{}, {"show_price": "1"}])
def test_a_time_before_the_first_rule_is_refused_on_the_form_with_the_next_bookable_one(
    city, see, send, button
):
    OpenServiceRule.objects.update(applies_from=NOW + timedelta(hours=25))
    typed = {
        "starts_at": "2026-03-03T08:00",
        "ends_at": "2026-03-03T10:00",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "subject": "二氧化钛薄膜",
        "direction": Direction.RESEARCH.value,
    }
    preview = texts(see(city.researcher, "quote", city.instrument.public_id, **typed))
    refused = send(city.researcher, "book", city.instrument.public_id, **typed, **button)
    for page in (preview, texts(refused)):
        assert "该仪器没有生效的开放服务规则" in page
        assert 'data-choose-start="2026-03-03T09:00"' in page
    assert (refused.status_code, Booking.objects.count()) == (200 if button else 422, 0)
    assert 'value="二氧化钛薄膜"' in texts(refused)


def test_without_a_time_nothing_is_priced(city, see):
    page = texts(see(city.researcher, "book", city.instrument.public_id))
    assert "选择时间后，这里显示报价" in page
    assert 'hx-trigger="load, change from' in page


def test_the_price_is_shown_on_demand_and_nothing_is_requested(city, send):
    typed = {
        "show_price": "1",
        "starts_at": "2026-03-03T06:15",
        "ends_at": "2026-03-03T16:15",
        "payer": "person",
        "service_mode": "samples",
        "samples": "3",
        "project": "断口",
    }
    answer = send(city.researcher, "book", city.instrument.public_id, **typed)
    page = texts(answer)
    assert (answer.status_code, Booking.objects.count()) == (200, 0)
    assert "¥1,000.00" in page
    assert page.count("<li>", page.index("存在以下问题")) == 3
    assert 'value="断口"' in page
    assert 'value="2026-03-03T06:15"' in page
    assert '<option value="person" selected>' in page
    assert '<option value="samples" selected>' in page
    assert "data-problems" not in page


def test_an_end_before_the_start_is_told_with_the_price(city, see, send):
    asked = {"starts_at": "2026-03-03T12:00", "ends_at": "2026-03-03T09:00"}
    live = texts(see(city.researcher, "quote", city.instrument.public_id, **asked))
    plain = texts(send(city.researcher, "book", city.instrument.public_id, show_price="1", **asked))
    for page in (live, plain):
        assert "<li>结束时间应晚于开始时间。</li>" in page


def test_the_form_lists_the_times_of_the_week_for_browsers_without_javascript(city, see):
    page = texts(see(city.researcher, "book", city.instrument.public_id, day="2026-03-09"))
    assert "start=2026-03-15T19%3A00&amp;end=2026-03-15T19%3A30" in page
    assert "<noscript> <details open>" in page
    chosen = {"start": "2026-03-03T09:00", "end": "2026-03-03T12:00"}
    assert "<noscript> <details >" in texts(see(city.researcher, "book", city.instrument.public_id, **chosen))
    assert '<button class="btn" name="show_price" value="1" formnovalidate>查看价格</button>' in page


TWO_HOURS = {
    "starts_at": "2026-03-03T10:00",
    "ends_at": "2026-03-03T12:00",
    "service_mode": "operated",
    "subject": "二氧化钛薄膜",
    "direction": Direction.RESEARCH.value,
}


def get_shown(answer):
    return re.search(r'name="shown" value="([^"]*)"', answer.content.decode())[1]


def make_dearer(city):
    factories.rule(city.instrument, price="130.50")


def publish_the_same_price(city):
    factories.rule(city.instrument, late_cancel_percent=100)


def link_another(city):
    other = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(other, price="30.00")
    factories.windows(other)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (make_dearer, ["您查看时价格为 ¥200.00，现为 ¥261.00。请核对后再提交。", RULE_CHANGED]),
        (publish_the_same_price, [RULE_CHANGED]),
        (link_another, ["您查看时价格为 ¥200.00，现为 ¥260.00。请核对后再提交。", RULE_CHANGED]),
    ],
)
def test_a_time_is_booked_only_on_the_conditions_that_its_form_has_shown(city, see, send, change, told):
    asked = {**TWO_HOURS, "payer": city.company.public_id}
    read = get_shown(see(city.researcher, "quote", city.instrument.public_id, **asked))
    change(city)
    refused = send(city.researcher, "book", city.instrument.public_id, **asked, shown=read)
    assert (refused.status_code, Booking.objects.count()) == (422, 0)
    assert refused.context["form"].non_field_errors() == told
    again = send(city.researcher, "book", city.instrument.public_id, **asked, shown=get_shown(refused))
    assert (again.status_code, Booking.objects.exists()) == (302, True)


def test_a_time_is_not_booked_unread_once_its_cancelling_has_come_to_cost_something(city, see, send):
    asked = {**TWO_HOURS, "payer": city.company.public_id}
    read = get_shown(see(city.researcher, "quote", city.instrument.public_id, **asked))
    later = NOW + timedelta(hours=2, seconds=1)
    refused = send(city.researcher, "book", city.instrument.public_id, **asked, shown=read, now=later)
    assert (refused.status_code, Booking.objects.count()) == (422, 0)
    assert refused.context["form"].non_field_errors() == ["预约通过后取消，目前最多收取 ¥100.00。"]
    shown = get_shown(refused)
    again = send(city.researcher, "book", city.instrument.public_id, **asked, shown=shown, now=later)
    assert (shown, again.status_code) == ("200.00 100.00 1", 302)


@pytest.mark.parametrize("shown", ["", "200", "200.00 - x", "200.00 - 1 "])
def test_a_form_that_has_shown_no_price_yet_shows_it_first(city, see, send, shown):
    asked = {**TWO_HOURS, "payer": city.company.public_id}
    assert get_shown(see(city.researcher, "book", city.instrument.public_id)) == ""
    refused = send(city.researcher, "book", city.instrument.public_id, **asked, shown=shown)
    assert (refused.status_code, Booking.objects.count()) == (422, 0)
    assert refused.context["form"].non_field_errors() == ["您尚未看到价格，价格为 ¥200.00。请核对后再提交。"]
    assert get_shown(refused) == "200.00 - 1"


def test_unchanged_conditions_are_booked_at_once(city, see, send):
    asked = {**TWO_HOURS, "payer": city.company.public_id}
    read = get_shown(see(city.researcher, "quote", city.instrument.public_id, **asked))
    assert send(city.researcher, "book", city.instrument.public_id, **asked, shown=read).status_code == 302
    assert Booking.objects.get().quoted_yuan == 200
