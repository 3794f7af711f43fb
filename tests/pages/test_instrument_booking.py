"""What an instrument's page says about booking it: card, rule by topics, week without JavaScript."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import unquote

import pytest

from bookings.requests.models import Booking, CreditEvent
from instrument_share.pages.booking_card import Bookability
from providers.instruments.models import InstrumentLink, Qualification
from providers.search.services.index import search_rebuild
from providers.terms.models import PriceLine
from providers.units.models import UnitProfile
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db

ADDRESS = "/instruments/{}/book/"
SAMPLES = "/instruments/{}/samples/"
TODAY = date(2026, 3, 2)


@pytest.fixture
def contact(city):
    city.instrument.contact, city.instrument.phone = "郑老师", "0999-6180"
    city.instrument.save()
    search_rebuild()
    return city


def open_page(see, person, city, **query):
    return see(person, "instrument", city.instrument.public_id, **query)


def card_of(page):
    """The card's words and the addresses of its links."""
    body = page.content.decode()
    (card,) = re.findall(r'<section\s+class="panel booking-card.*?</section>', body, re.DOTALL)
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", card)).split())
    return words, [unescape(address) for address in re.findall(r'<a[^>]* href="([^"]+)"', card)]


def links_of_week(page):
    (week,) = re.findall(r"<noscript>(.*?)</noscript>", page.content.decode(), re.DOTALL)
    days = re.split(r"<h3[^>]*>", week)[1:]
    return [
        (
            " ".join(day.split("</h3>")[0].split()),
            [time.strip() for time in re.findall(r'class="chip"[^>]*>\s*([0-9:]+)', day)],
        )
        for day in days
    ], re.findall(r'href="(\?day=[^"]+)"', week)


# --- The card -----------------------------------------------------------------------------------------------


def test_a_visitor_reads_the_lowest_price_the_next_time_and_how_to_book(contact, see):
    form = ADDRESS.format(contact.instrument.public_id)
    words, links = card_of(open_page(see, None, contact))
    assert words == "对外最低价格 ¥100.00 /小时 最早可约 今天 08:00 预约 送样委托"
    samples = SAMPLES.format(contact.instrument.public_id)
    assert links == [f"{form}?start=2026-03-02T08%3A00&end=2026-03-02T08%3A30", form, samples]


def test_a_user_reads_their_own_price_and_time(contact, see):
    PriceLine.objects.create(
        rule=contact.rule, user_kind="enterprise", price_yuan=150, unit="hour", weekdays=[]
    )
    search_rebuild()
    contact.rule.lead_minutes = 180
    contact.rule.save()
    words, _ = card_of(open_page(see, contact.researcher, contact))
    assert words == "我的最低价格 ¥150.00 /小时 最早可约 今天 11:00 预约 送样委托"


def suspend(city):
    city.instrument.state, city.instrument.suspension_reason = "suspended", "更换灯丝"
    city.instrument.save()


def withdraw(city):
    city.instrument.state = "draft"
    city.instrument.save()


def drop_rule(city):
    city.instrument.open_windows.all().delete()
    city.rule.applies_from = NOW + timedelta(days=3)
    city.rule.save()


def drop_prices(city):
    PriceLine.objects.filter(rule=city.rule).delete()
    search_rebuild()


def close_for_companies(city):
    city.rule.user_kinds = ["outside"]
    city.rule.save()


def suspend_what_it_needs(city):
    other = factories.instrument(city.owner, state="suspended")
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)


def close(city):
    city.instrument.open_windows.all().delete()


@pytest.mark.parametrize(
    ("happens", "who", "bookability", "said"),
    [
        (suspend, "visitor", Bookability.SUSPENDED, "目前暂停服务，不能预约。 更换灯丝"),
        (withdraw, "manager", Bookability.UNPUBLISHED, "尚未发布，发布后方可预约。"),
        (drop_rule, "visitor", Bookability.NO_RULE, "尚未开放预约 管理单位尚未制定开放服务规则。"),
        (drop_prices, "visitor", Bookability.NO_PRICE, "管理单位尚未公布收费标准，暂不能预约。"),
        (close_for_companies, "researcher", Bookability.NOT_ADMITTED, "开放服务规则未面向您开放。"),
        (suspend_what_it_needs, "visitor", Bookability.NO_COMPANION, "须同时预约的仪器暂停服务，不能预约。"),
        (close, "visitor", Bookability.NO_TIME, "近期无可约时段"),
    ],
)
def test_what_cannot_be_booked_has_no_button_but_a_reason_and_a_contact(
    contact, see, happens, who, bookability, said
):
    happens(contact)
    page = open_page(see, None if who == "visitor" else getattr(contact, who), contact)
    words, links = card_of(page)
    assert page.context["card"].bookability is bookability
    assert words.endswith(f"{said} 咨询： 郑老师 0999-6180")
    # Samples may be sent in where no time is free soon: the unit finds one.
    samples = [SAMPLES.format(contact.instrument.public_id)] if happens is close else []
    assert links == [*samples, "tel:0999-6180"]
    assert ADDRESS.format(contact.instrument.public_id) not in page.content.decode()


def test_the_reason_is_printed_and_stands_without_javascript(contact, see):
    suspend(contact)
    body = open_page(see, None, contact).content.decode()
    assert 'class="panel booking-card"' in body
    assert re.findall(r"<noscript>\s*<p>(.*?)</p>", body) == ["近期无可约时段"]


def test_an_instrument_without_a_contact_names_its_unit(city, see):
    suspend(city)
    words, links = card_of(open_page(see, None, city))
    assert (words.endswith("咨询： 云屏测试大学"), links) == (True, [])
    UnitProfile.objects.create(organization=city.owner, state="published", published_at=NOW)
    words, links = card_of(open_page(see, None, city))
    assert words.endswith("咨询： 云屏测试大学")
    assert links == [f"/units/{city.owner.public_id}/"]


def test_without_a_keeper_it_can_be_booked_but_one_should_ask_first(contact, see):
    contact.instrument.keeper_links.all().delete()
    words, links = card_of(open_page(see, None, contact))
    assert "尚未指定机组负责人，预约前请先与联系人确认。 咨询： 郑老师 0999-6180" in words
    addresses = [one.format(contact.instrument.public_id) for one in (ADDRESS, SAMPLES)]
    assert links[1:] == [*addresses, "tel:0999-6180"]


def test_a_user_whose_usual_payer_is_refused_may_choose_another(contact, see):
    contact.rule.user_kinds = ["individual"]
    contact.rule.save()
    page = open_page(see, contact.researcher, contact)
    words, links = card_of(page)
    assert page.context["card"].bookability is Bookability.OTHER_PAYER
    assert "可在预约页选择其他付款方" in words
    assert ADDRESS.format(contact.instrument.public_id) in links


def test_a_user_of_an_instrument_without_time_is_not_sent_to_another_payer(contact, see):
    close(contact)
    page = open_page(see, contact.researcher, contact)
    assert page.context["card"].bookability is Bookability.NO_TIME
    assert "近期无可约时段" in card_of(page)[0]


def test_what_only_the_qualified_use_is_bookable_once_one_is(contact, see):
    contact.rule.needs_qualification = True
    contact.rule.service_modes = ["self_operated", "remote"]
    contact.rule.save()
    page = open_page(see, contact.researcher, contact)
    words, links = card_of(page)
    assert page.context["card"].bookability is Bookability.NOT_QUALIFIED
    assert "取得上机资格后可预约 咨询： 郑老师 0999-6180" in words
    assert links == ["tel:0999-6180"]
    assert "取得上机资格后可预约，身份为：企业、个人。请与联系人约定培训。" in text_of(page)
    for said in ("您可以预约，身份为", "取得资格前可委托测试"):
        assert said not in text_of(page)


def read_refusals(see, person, city, **narrowed):
    calendar = see(person, "instrument_availability", city.instrument.public_id, **narrowed).json()
    return [one["text"] for one in calendar["refusals"]]


NEEDS_QUALIFICATION = "自主上机或远程操作须持有在预约结束前一直有效的上机资格。请向机组负责人申请培训"


def test_an_empty_calendar_says_that_a_qualification_is_missing(contact, see):
    contact.rule.needs_qualification = True
    contact.rule.save()
    modes = {"self_operated": [f"{NEEDS_QUALIFICATION}，或改选委托测试。"], "operated": []}
    for mode, told in modes.items():
        assert read_refusals(see, contact.researcher, contact, service_mode=mode) == told
    assert read_refusals(see, contact.researcher, contact) == []
    assert read_refusals(see, None, contact, service_mode="self_operated") == []
    Qualification.objects.create(
        instrument=contact.instrument,
        user=contact.researcher,
        granted_by=contact.keeper,
        granted_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )
    assert read_refusals(see, contact.researcher, contact, service_mode="self_operated") == []


def test_where_one_can_only_operate_oneself_no_other_way_is_proposed(contact, see):
    contact.rule.needs_qualification = True
    contact.rule.service_modes = ["self_operated", "remote"]
    contact.rule.save()
    assert read_refusals(see, contact.researcher, contact) == [f"{NEEDS_QUALIFICATION}。"]
    form = text_of(see(contact.researcher, "book", contact.instrument.public_id))
    assert f"这七天没有可约时段。{NEEDS_QUALIFICATION}。" in form


def test_an_empty_calendar_and_the_card_say_that_booking_is_suspended(contact, see):
    for number in range(3):
        CreditEvent.objects.create(
            user=contact.researcher,
            booking=book(contact, slot(day=number + 1)),
            kind="no_show",
            occurred_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=80),
        )
    page = open_page(see, contact.researcher, contact)
    words, links = card_of(page)
    told = "因多次爽约、逾期取消或违规使用，您的预约资格暂停至"
    assert page.context["card"].bookability is Bookability.REFUSED
    assert "您目前无法预约。" in words
    assert told in words
    assert links == ["tel:0999-6180"]
    (refusal,) = read_refusals(see, contact.researcher, contact)
    assert told in refusal


def test_an_instrument_says_why_the_one_that_is_booked_with_it_cannot_be(contact, see):
    other = factories.instrument(contact.owner, name_zh="样品制备仪")
    factories.rule(other, user_kinds=["inside"])
    factories.windows(other)
    InstrumentLink.objects.create(instrument=contact.instrument, linked=other)
    (refusal,) = read_refusals(see, contact.researcher, contact)
    assert "“样品制备仪”" in refusal


# --- The rule -----------------------------------------------------------------------------------------------


def test_the_rule_stands_in_four_lists(city, see):
    body = open_page(see, None, city).content.decode()
    (rule,) = re.findall(r'<section class="panel" id="rule">(.*?)</section>', body, re.DOTALL)
    lists = re.findall(r"<h3>([^<]+)</h3>\s*<ul[^>]*>(.*?)</ul>", rule, re.DOTALL)
    told = {
        heading: [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in lines.split("</li>")[:-1]]
        for heading, lines in lists
    }
    assert list(told) == ["时间", "资格", "费用", "取消"]
    assert "最多可提前 30 天预约。" in told["时间"]
    assert told["资格"][-1] == "机组负责人在 24 小时内审批，逾期申请自动失效。"
    assert told["费用"] == ["收费标准"]
    assert told["取消"] == [
        "距开始 24 小时以上可改期、可免费取消。",
        "逾期取消收取报价的 50%，爽约收取报价的 100%。",
    ]


# --- The week -----------------------------------------------------------------------------------------------


def test_the_calendar_opens_today_and_on_a_phone_at_the_first_bookable_day(city, see):
    city.instrument.open_windows.filter(starts_at__lt=NOW + timedelta(days=4)).delete()
    page = open_page(see, None, city)
    assert 'data-day="2026-03-02" data-phone-day="2026-03-06"' in page.content.decode()
    later = open_page(see, None, city, day="2026-03-20")
    assert 'data-day="2026-03-20" data-phone-day="2026-03-20"' in later.content.decode()


def test_the_calendar_opens_at_a_first_bookable_day_beyond_this_week(city, see):
    city.instrument.open_windows.filter(starts_at__lt=NOW + timedelta(days=9)).delete()
    page = open_page(see, None, city)
    assert 'data-day="2026-03-11" data-phone-day="2026-03-11"' in page.content.decode()


def test_the_next_times_are_named_by_their_day(city, see):
    body = open_page(see, None, city).content.decode()
    (times,) = re.findall(r'<p class="next-times">(.*?)</p>', body, re.DOTALL)
    assert re.findall(r'class="chip" href="[^"]+">([^<]+)</a>', times) == [
        "今天 08:00",
        "明天 08:00",
        "周三 08:00",
    ]


def test_seven_days_are_links_without_javascript(city, see):
    city.rule.lead_minutes = 45
    city.rule.save()
    book(city, slot(day=1, hour=9, length=2))
    city.instrument.open_windows.filter(starts_at__date=date(2026, 3, 4)).delete()
    page = open_page(see, None, city)
    hours = [f"{hour:02}:00" for hour in range(8, 20)]
    days, onward = links_of_week(page)
    assert days == [
        ("2026年3月2日 周一", hours[1:]),
        ("2026年3月3日 周二", [hours[0], *hours[3:]]),
        ("2026年3月5日 周四", hours),
        ("2026年3月6日 周五", hours),
        ("2026年3月7日 周六", hours),
        ("2026年3月8日 周日", hours),
    ]
    assert onward == ["?day=2026-03-09"]
    assert "start=2026-03-05T14%3A00&amp;end=2026-03-05T14%3A30" in page.content.decode()


def test_weeks_lead_to_each_other_as_far_as_anything_is_bookable(city, see):
    def onward(day):
        return links_of_week(open_page(see, None, city, day=day))[1]

    assert onward("2026-03-05") == ["?day=2026-03-02", "?day=2026-03-12"]
    assert onward("2026-03-26") == ["?day=2026-03-19"]
    assert onward("2026-02-01") == ["?day=2026-03-09"]
    assert onward("2099-12-31") == ["?day=2099-12-24"]
    assert onward("x") == ["?day=2026-03-09"]


def test_every_link_of_the_week_is_granted(city, see):
    city.rule.lead_minutes = 300
    city.rule.turnaround_minutes = 20
    city.rule.save()
    book(city, slot(day=0, hour=15, length=1))
    body = open_page(see, city.researcher, city).content.decode()
    times = set(re.findall(r"start=(2026-03-02T[0-9%A]+)&amp;end=(2026-03-02T[0-9%A]+)", body))
    starts = sorted(start[11:].replace("%3A", ":") for start, _ in times)
    assert starts == ["13:00", "14:00", "16:30", "17:00", "18:00", "19:00"]
    for start, end in times:
        asked = {"starts_at": unquote(start), "ends_at": unquote(end), "service_mode": "operated"}
        payer = city.company.public_id
        shown = text_of(see(city.researcher, "quote", city.instrument.public_id, payer=payer, **asked))
        assert "符合全部规则" in shown, asked
    assert Booking.objects.count() == 1
