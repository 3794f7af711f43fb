"""The catalogue as people ask it, and instruments side by side."""

import re
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.models import District, Organization
from instrument_share.pages.catalogue.search import Address, Comparison
from providers.instruments.models import Instrument, InstrumentCategory
from providers.search.services.index import search_rebuild
from providers.search.services.synonyms import synonyms_load
from providers.terms.models import PriceLine
from providers.units.models import UnitProfile
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(city):
    """Three instruments: the city's own at 100, one at 40 in another unit, and one only for the inside."""
    other = factories.organization("澜滨光学所", owns_instruments=True)
    cheap = factories.instrument(other, name_zh="激光共聚焦显微镜", name_en="Confocal", model="CF-980")
    factories.rule(cheap, "40.00", accepts_vouchers=True, service_modes=["samples"])
    factories.windows(cheap)
    own = factories.instrument(city.owner, name_zh="质谱仪", name_en="Mass spectrometer", model="Q-1")
    factories.rule(own, "9.00", user_kinds=["inside"])
    search_rebuild()
    next_free_rebuild(NOW)
    city.cheap, city.own = cheap, own
    return city


@pytest.fixture
def ask(shop, see):
    def ask(person=None, **query):
        page = see(person, "catalogue", **{name: value for name, value in query.items() if value})
        assert page.status_code == 200
        return page

    return ask


def names(page):
    return [row.instrument.name_zh for row in page.context["rows"]]


def test_catalogue_lists_all_and_each_filter_narrows(shop, ask):
    sem, confocal, mass = "场发射扫描电子显微镜", "激光共聚焦显微镜", "质谱仪"
    assert set(names(ask())) == {sem, confocal, mass}
    assert names(ask(vouchers="on")) == [confocal]
    assert names(ask(mode="remote")) == [sem, mass]
    assert set(names(ask(user_kind="enterprise"))) == {sem, confocal}
    assert names(ask(price="50")) == [confocal]
    assert names(ask(price="50", user_kind="inside", sort="price")) == [mass, confocal]
    assert names(ask(q="显微镜", vouchers="on")) == [confocal]


def test_catalogue_shows_price_for_current_user(shop, ask):
    def prices(person):
        return {
            row.instrument.model or "SEM": row.price and row.price.amount_yuan
            for row in ask(person).context["rows"]
        }

    assert prices(None) == {"SEM": Decimal(100), "CF-980": Decimal(40), "Q-1": None}
    assert prices(shop.manager) == {"SEM": Decimal(100), "CF-980": Decimal(40), "Q-1": Decimal(9)}
    PriceLine.objects.create(
        rule=shop.rule, user_kind="enterprise", price_yuan=Decimal(150), unit="hour", weekdays=[]
    )
    search_rebuild()
    assert prices(shop.researcher)["SEM"] == Decimal(150)
    assert prices(None)["SEM"] == Decimal(100)


def test_taken_or_closed_instruments_are_left_out(shop, ask):
    book(shop, slot(day=1, hour=9, length=2))
    day = {"day": "2026-03-03", "begins": "09:00", "ends": "10:00"}
    assert names(ask(**day)) == ["激光共聚焦显微镜"]
    assert set(names(ask(**{**day, "begins": "11:00", "ends": "12:00"}))) == {
        "场发射扫描电子显微镜",
        "激光共聚焦显微镜",
    }
    assert names(ask(q="电镜", **day)) == []


def test_a_day_alone_finds_any_start_of_that_day(shop, ask):
    book(shop, slot(day=1, hour=8, length=6))
    book(shop, slot(day=1, hour=14, length=5))
    sem = "场发射扫描电子显微镜"
    page = ask(day="2026-03-03")
    assert set(names(page)) == {sem, "激光共聚焦显微镜"}
    assert "2026年3月3日 周二 可约" in text_of(page)
    assert names(ask(q="扫描", day="2026-03-03", begins="09:00", ends="17:00")) == []
    book(shop, slot(day=1, hour=19, length=1))
    assert names(ask(day="2026-03-03")) == ["激光共聚焦显微镜"]


def test_orders_by_price_time_and_name_and_by_fit_where_words_are_searched(shop, ask):
    book(shop, slot(day=0, hour=8, length=3))
    assert names(ask(sort="price")) == ["激光共聚焦显微镜", "场发射扫描电子显微镜", "质谱仪"]
    assert names(ask())[:2] == ["激光共聚焦显微镜", "场发射扫描电子显微镜"]
    assert names(ask(q="显微镜")) == ["激光共聚焦显微镜", "场发射扫描电子显微镜"]
    assert names(ask(q="显微镜", sort="name")) == ["场发射扫描电子显微镜", "激光共聚焦显微镜"]


def test_page_explains_query_interpretation(shop, ask):
    def said(**query):
        return ask(**query).context["understood"]

    assert said(q="质谱") == []
    assert said(q="confocl") == ["没有“confocl”；以下是“confocal”的结果。"]
    assert said(q="质普") == ["没有“质普”；以下是读音相同的结果。"]
    assert said(q="质谱 量子") == ["没有包含“量子”的仪器，已略去该词。"]
    assert said(q="量子") == ["没有包含“量子”的仪器。"]
    assert said(q="质谱 共聚焦") == ["没有同时包含这些词的仪器；以下仪器包含其中大部分。"]
    assert set(names(ask(q="质谱 共聚焦"))) == {"质谱仪", "激光共聚焦显微镜"}


def test_address_with_empty_parameters_redirects_to_clean_one(shop, see):
    page = see(None, "catalogue", q="质谱", day="", sort="", vouchers="on")
    assert (page.status_code, page["Location"]) == (
        302,
        "/instruments/?q=%E8%B4%A8%E8%B0%B1&vouchers=on",
    )
    assert see(None, "catalogue", q="", day="")["Location"] == "/instruments/"


def test_bookable_times_of_a_row_begin_with_the_wanted_time(shop, ask):
    def starts(**query):
        page = ask(q="扫描", **query)
        return re.findall(r"book/\?start=([^&]+)&amp;end=([^\"]+)", page.content.decode())

    assert starts()[0] == ("2026-03-02T08%3A00", "2026-03-02T08%3A30")
    assert [start[:10] for start, _ in starts()] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert starts(day="2026-03-03")[0] == ("2026-03-03T08%3A00", "2026-03-03T08%3A30")
    hours = {"begins": "14:00", "ends": "16:00"}
    assert starts(day="2026-03-03", **hours)[:2] == [
        ("2026-03-03T14%3A00", "2026-03-03T16%3A00"),
        ("2026-03-04T14%3A00", "2026-03-04T14%3A30"),
    ]


def test_only_rows_that_the_viewer_can_book_have_a_button(shop, ask):
    factories.windows(shop.own)
    form = f'href="/instruments/{shop.own.public_id}/book/"'
    assert form in ask(shop.manager).content.decode()
    page = ask(shop.researcher).content.decode()
    assert form not in page
    assert f'href="/instruments/{shop.instrument.public_id}/book/"' in page


def test_every_filter_can_be_taken_away_by_itself_and_keeps_the_others(shop, ask):
    page = ask(q="显微镜", vouchers="on", day="2026-03-03", begins="09:00", ends="10:00", cursor="")
    left = [parse_qs(address[1:]) for _, address, _ in page.context["narrowing"]]
    whole = {
        "q": ["显微镜"],
        "vouchers": ["on"],
        "day": ["2026-03-03"],
        "begins": ["09:00"],
        "ends": ["10:00"],
    }
    assert left == [
        {name: value for name, value in whole.items() if name not in gone}
        for gone in (("q",), ("day", "begins", "ends"), ("vouchers",))
    ]


def test_a_day_on_which_nothing_is_bookable_is_the_filter_to_take_away(shop, ask):
    page = ask(day="2026-12-31")
    assert page.context["narrowing"] == [("2026年12月31日 周四", "?", True)]
    assert "未找到相关仪器" in text_of(page)
    assert "尚无已发布的仪器" not in text_of(page)
    understood = ask(q="质谱 共聚焦", day="2026-03-03").context["understood"]
    assert understood == ["符合筛选条件的仪器都不同时包含这些词；以下仪器包含其中大部分。"]


def test_a_row_without_a_price_says_why(shop, ask):
    def words(person, **query):
        page = ask(person, **query)
        return {row.instrument.name_zh: row.no_price for row in page.context["rows"]}

    mass, sem = "质谱仪", "场发射扫描电子显微镜"
    assert words(None)[mass] == "仅对本单位用户开放"
    assert words(shop.researcher)[mass] == "不对您开放"
    assert words(shop.manager)[mass] == ""
    factories.rule(shop.instrument, user_kinds=["individual"])
    for_others = factories.rule(shop.own, user_kinds=["inside"])
    PriceLine.objects.filter(rule=for_others).update(user_kind="outside")
    search_rebuild()
    assert words(shop.researcher)[sem] == "视付款方而定"
    assert words(shop.manager)[mass] == "未公布收费标准"
    assert words(None, user_kind="inside")[mass] == "未公布收费标准"
    of_samples = factories.rule(shop.instrument, user_kinds=["individual"])
    PriceLine.objects.filter(rule=of_samples).update(service_mode="samples")
    search_rebuild()
    assert words(shop.researcher, mode="remote")[sem] == "未公布收费标准"
    assert "质谱仪 Q-1" in text_of(ask(shop.manager))
    assert "最低价格 未公布收费标准" in text_of(ask(shop.manager))


def test_more_filters_are_folded_until_one_is_in_use(shop, ask):
    def panel(**query):
        page = ask(**query).content.decode()
        return re.findall(r'<details class="filters"\s*(open)?\s*>', page)

    assert (panel(), panel(q="质谱", day="2026-03-03"), panel(vouchers="on")) == ([""], [""], ["open"])


def test_category_counts_ignore_category_filter(shop, ask):
    top = InstrumentCategory.objects.create(version="1", code="010000", name_zh="分析仪器")
    middle = InstrumentCategory.objects.create(version="1", code="010100", name_zh="电镜类", parent=top)
    leaf = InstrumentCategory.objects.create(version="1", code="010102", name_zh="扫描电镜", parent=middle)
    shop.cheap.category = shop.own.category = leaf
    shop.cheap.save()
    shop.own.save()

    def facet(**query):
        return [(text, chosen, count) for text, _, chosen, count in ask(**query).context["facet"]]

    assert facet() == [("分析仪器", False, 2)]
    assert facet(q="共聚焦") == [("分析仪器", False, 1)]
    assert facet(category="010000") == [("分析仪器", True, 2), ("电镜类", False, 2)]
    assert facet(category="010102", vouchers="on") == [
        ("分析仪器", True, 1),
        ("电镜类", True, 1),
        ("扫描电镜", True, 1),
    ]


def test_filter_counts_respect_other_filters(shop, ask):
    top = InstrumentCategory.objects.create(version="1", code="010000", name_zh="分析仪器")
    Instrument.objects.exclude(pk=shop.own.pk).update(category=top)
    for number, unit in enumerate((shop.owner, shop.cheap.organization)):
        unit.district = District.objects.create(code=f"34010{number}", name_zh="甲乙"[number] + "区")
        unit.save()

    def asked(**query):
        context = ask(**query).context
        districts = dict(context["form"].fields["district"].choices)
        categories = [(text, count) for text, _, _, count in context["facet"]]
        return districts["340100"], districts["340101"], categories, context["count"]

    assert asked() == ("甲区（2）", "乙区（1）", [("分析仪器", 2)], 3)
    assert asked(category="010000") == ("甲区（1）", "乙区（1）", [("分析仪器", 2)], 2)
    assert asked(district="340100") == ("甲区（2）", "乙区（1）", [("分析仪器", 1)], 2)
    assert asked(district="340101", category="010000") == ("甲区（1）", "乙区（1）", [("分析仪器", 1)], 1)
    assert asked(q="质谱 共聚焦") == ("甲区（1）", "乙区（1）", [("分析仪器", 1)], 2)


def test_pages_follow_each_other_without_gap_in_every_order(shop, ask, see):
    for number in range(45):
        factories.instrument(shop.owner, name_zh=f"电镜{number:02}", name_en="")
    search_rebuild()
    for sort in ("", "price", "name", "next_free"):
        seen, cursor = [], ""
        while cursor is not None:
            page = ask(q="电镜", sort=sort, cursor=cursor)
            seen += [row.instrument.pk for row in page.context["rows"]]
            cursor = page.context["page"].next_cursor
        assert len(seen) == len(set(seen)) == 45
    assert ask(q="电镜").context["count"] == 45
    assert see(None, "catalogue", q="电镜", cursor="x").status_code == 422


def test_a_second_page_leads_to_the_first_of_another_search(shop, ask):
    for number in range(25):
        factories.instrument(shop.owner, name_zh=f"电镜{number:02}", name_en="")
    search_rebuild()
    page = ask(q="电镜", cursor=ask(q="电镜").context["page"].next_cursor)
    body = page.content.decode()
    (form,) = re.findall(r'<form\s+class="panel search-catalogue".*?</form>', body, re.DOTALL)
    assert re.findall(r'hx-get="([^"]*)"', form) == ["/instruments/"]
    assert set(re.findall(r'\bname="(\w+)"', form)) == set(page.context["form"].fields)
    assert "cursor" not in page.context["form"].fields
    (results,) = re.findall(r'<div id="results">(.*)</main>', body, re.DOTALL)
    (pages,) = re.findall(r'<nav class="pages".*?</nav>', results, re.DOTALL)
    others = re.findall(r'href="(\?[^"]*)"', results.replace(pages, ""))
    assert others
    assert [address for address in others if "cursor" in address] == []
    elsewhere = re.findall(r'href="(/(?:timeline|find)/[^"]*)"', page.content.decode())
    assert [address for address in elsewhere if "cursor" in address] == []


@pytest.mark.parametrize("sort", ["", "price", "name", "next_free"])
def test_second_page_of_fallback_continues_the_same_reading(shop, ask, sort):
    for number in range(45):
        factories.instrument(shop.owner, name_zh=f"电镜{number:02}", name_en="")
    search_rebuild()
    first = ask(q="电镜 共聚焦", sort=sort)
    seen = [row.instrument.pk for row in first.context["rows"]]
    assert first.context["understood"] == ["没有同时包含这些词的仪器；以下仪器包含其中大部分。"]
    mark = first.context["page"].next_cursor
    while mark:
        page = ask(q="电镜 共聚焦", sort=sort, cursor=mark)
        assert page.context["understood"] == first.context["understood"]
        assert page.context["count"] == first.context["count"]
        seen += [row.instrument.pk for row in page.context["rows"]]
        mark = page.context["page"].next_cursor
    assert len(seen) == len(set(seen)) == first.context["count"] > 20


def test_a_filter_is_named_where_it_leaves_out_what_has_all_words(shop, ask, see):
    """The one that has both words takes no vouchers: that none has them would be wrong."""
    said = ["符合筛选条件的仪器都不同时包含这些词；以下仪器包含其中大部分。"]
    for page in (ask(q="扫描 显微镜", vouchers="on"), see(None, "timeline", q="扫描 显微镜", vouchers="on")):
        assert page.context["understood"] == said
        assert page.context["count"] == 1


def test_page_behind_the_last_result_is_not_read_more_loosely(shop, ask):
    for number in range(21):
        factories.instrument(shop.owner, name_zh=f"共聚焦电镜{number:02}", name_en="")
    search_rebuild()
    first = ask(q="共聚焦 电镜", sort="name")
    mark = first.context["page"].next_cursor
    Instrument.objects.filter(name_zh="共聚焦电镜20").delete()
    search_rebuild()
    page = ask(q="共聚焦 电镜", sort="name", cursor=mark)
    assert (page.context["rows"], page.context["understood"]) == ([], [])


def test_the_page_takes_as_many_statements_for_one_as_for_many(shop, ask, statements):
    def more():
        for _ in range(15):
            one = factories.instrument(shop.owner, name_zh="扫描电镜")
            factories.rule(one)
        search_rebuild()

    statements.assert_unchanged(lambda: ask(q="扫描", day="2026-03-03"), by=more)


def test_a_unit_is_a_filter_as_soon_as_it_has_an_instrument_or_a_profile(shop, ask):
    """A unit may publish instruments before its profile, and the other way about."""
    confocal, empty = "激光共聚焦显微镜", factories.organization("云屏新所", owns_instruments=True)
    page = ask(unit=shop.cheap.organization.public_id)
    assert (names(page), page.context["form"].errors) == ([confocal], {})
    offered = {public_id for public_id, _ in page.context["form"].fields["unit"].choices}
    assert offered == {"", shop.owner.public_id, shop.cheap.organization.public_id}
    UnitProfile.objects.create(organization=empty, state="published", published_at=NOW)
    page = ask(unit=empty.public_id)
    assert (names(page), page.context["form"].errors) == ([], {})


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "x", "mode": "x", "unit": "x", "price": "x", "day": "x", "begins": "25:00"},
        {"price": "-1"},
        {"price": "NaN"},
        {"category": "zz"},
        {"compare": "x,,INS-1,INS-2,INS-3,INS-4,INS-5"},
    ],
)
def test_nonsensical_query_parameters_are_ignored(shop, see, query):
    assert see(None, "catalogue", **query).status_code == 200


def test_relevance_order_stops_at_limit_and_says_so(shop, ask, monkeypatch):
    monkeypatch.setattr("bookings.requests.selectors.searching.MAX_BY_RELEVANCE", 30)
    for number in range(45):
        factories.instrument(shop.owner, name_zh=f"电镜{number:02}", name_en="")
    search_rebuild()
    first = ask(q="电镜").context["page"]
    second = ask(q="电镜", cursor=first.next_cursor).context["page"]
    assert (len(first.items), first.is_cut) == (20, False)
    assert (len(second.items), second.is_cut, second.next_cursor) == (10, True, None)


# --- Side by side -------------------------------------------------------------------------------------------


def test_comparison_takes_instruments_from_url(rf):
    def at(query):
        request = rf.get("/instruments/?" + query)
        return Comparison.parse(request.GET.get("compare", ""), Address(request))

    assert at("q=x").toggle_address("INS-A") == "?q=x&compare=INS-A"
    assert at("q=x&compare=INS-A&cursor=1").toggle_address("INS-B") == "?q=x&compare=INS-A%2CINS-B"
    assert at("compare=INS-A,INS-B").toggle_address("INS-A") == "?compare=INS-B"
    full = at("compare=1,2,3,4,5")
    assert (full.chosen, full.is_full, full.page) == (tuple("1234"), True, "/compare/?ids=1%2C2%2C3%2C4")


def compared(page):
    """The rows by heading: what each says, and what is marked."""
    return {
        heading: {
            row.label: tuple(" · ".join(filter(None, (cell.text, cell.mark))) for cell in row.cells)
            for row in rows
        }
        for heading, rows in page.context["groups"]
    }


def test_comparison_begins_with_what_decides_and_marks_the_best(shop, see):
    book(shop, slot(day=0, hour=8, length=3))
    ids = f"{shop.cheap.public_id},{shop.instrument.public_id},INS-NOTHING"
    page = see(None, "compare", ids=ids)
    assert [column.instrument for column in page.context["columns"]] == [shop.cheap, shop.instrument]
    groups = compared(page)
    assert list(groups) == ["关键信息", "其他信息"]
    assert groups["关键信息"] == {
        "对外最低价格": ("¥40.00 /小时 · 最低价", "¥100.00 /小时"),
        "最早可约": ("2026年3月2日 08:00 · 最早", "2026年3月2日 11:00"),
        "可预约对象": ("本单位用户、外单位科研人员、企业、个人",) * 2,
        "单位与所在区": ("澜滨光学所", "云屏测试大学"),
        "单次预约时长": ("30 分钟 – 8 小时",) * 2,
    }
    assert groups["其他信息"]["科技创新券"] == ("接受", "不接受")
    assert "可预约对象" not in groups["其他信息"]
    assert "样品要求" not in groups["其他信息"]
    body = page.content.decode()
    assert f"/instruments/{shop.cheap.public_id}/book/?start=2026-03-02T08%3A00" in body
    for said in ("¥40.00 /小时 最低价 ¥100.00 /小时 最早可约", "08:00 最早 2026年3月2日 11:00 可预约对象"):
        assert said in text_of(page)
    assert see(None, "compare").context["columns"] == []


def test_comparison_says_whether_the_reader_may_use_each(shop, see):
    decided = {"decision": "by_keeper", "decision_hours": 24}
    factories.rule(shop.instrument, needs_qualification=True, lead_minutes=120, **decided)
    search_rebuild()
    ids = f"{shop.own.public_id},{shop.instrument.public_id}"
    page = see(shop.researcher, "compare", ids=ids)
    deciding, other = compared(page).values()
    assert "可预约对象" in other
    assert deciding["我的最低价格"] == ("不对您开放", "¥100.00 /小时")
    assert deciding["预约资格"] == ("不对您开放", "可预约；自主上机或远程操作须先取得上机资格")
    assert deciding["最早可约"] == ("近期无可约时段", "2026年3月2日 10:00")
    assert deciding["至少提前"] == ("—", "2 小时")
    assert other["审批方式"] == ("即时通过", "机组 24 小时内审批")
    assert page.content.decode().count('class="btn btn-sm" href="/instruments/') == 1


def test_comparison_says_that_what_only_the_qualified_use_needs_a_qualification(shop, see):
    factories.rule(shop.instrument, needs_qualification=True, service_modes=["self_operated", "remote"])
    search_rebuild()
    page = see(shop.researcher, "compare", ids=shop.instrument.public_id)
    assert compared(page)["关键信息"]["预约资格"] == ("取得上机资格后可预约",)


def test_prices_by_different_units_and_equal_ones_are_not_marked(shop, see):
    ids = f"{shop.cheap.public_id},{shop.instrument.public_id}"
    PriceLine.objects.filter(rule__instrument=shop.cheap).update(unit="sample")
    search_rebuild()
    prices = compared(see(None, "compare", ids=ids))["关键信息"]["对外最低价格"]
    assert prices == ("¥40.00 /样品", "¥100.00 /小时")
    PriceLine.objects.filter(rule__instrument=shop.cheap).update(unit="hour", price_yuan=100)
    search_rebuild()
    deciding = compared(see(None, "compare", ids=ids))["关键信息"]
    assert deciding["对外最低价格"] == ("¥100.00 /小时", "¥100.00 /小时")
    assert deciding["最早可约"] == ("2026年3月2日 08:00", "2026年3月2日 08:00")


def test_what_cannot_be_booked_says_so_in_the_comparison(shop, see):
    shop.instrument.state = "suspended"
    shop.instrument.save()
    bare = factories.instrument(shop.owner, name_zh="新购仪器")
    page = see(None, "compare", ids=f"{shop.instrument.public_id},{bare.public_id}")
    assert compared(page)["关键信息"]["最早可约"] == ("暂停服务", "尚未开放预约")
    assert "/book/" not in page.content.decode()


def test_the_comparison_takes_as_many_statements_for_four_as_for_one(shop, see, statements):
    ids = [shop.cheap.public_id, shop.instrument.public_id, shop.own.public_id]
    see(None, "compare", ids=ids[0])
    one = len(statements.of(lambda: see(None, "compare", ids=ids[0])))
    assert len(statements.of(lambda: see(None, "compare", ids=",".join(ids)))) == one


def test_invalid_parameters_are_reported_beside_results(shop, see):
    page = see(None, "catalogue", day="2026-03-05", begins="12:00", ends="09:00").content.decode()
    results = page[page.index('id="results"') :]
    assert "以下条件有误，未用于筛选：" in results
    assert "“结束时刻”：结束时间应晚于开始时间。" in results


def test_a_search_takes_as_many_characters_as_that_of_the_api(shop, see):
    assert see(None, "catalogue", q="x" * 200).context["form"].errors == {}
    page = see(None, "catalogue", q="x" * 201).content.decode()
    assert "“您需要检测什么？”：最多 200 个字符，现有 201 个。" in page


def test_empty_result_suggests_words_categories_and_contact(shop, ask):
    bureau = factories.officer().memberships.get().organization
    Organization.objects.filter(pk=bureau.pk).update(name_zh="云屏市科学技术局", phone="0999-1234567")
    top = InstrumentCategory.objects.create(version="1", code="010000", name_zh="分析仪器")
    Instrument.objects.update(category=top)
    synonyms_load(actor=None, now=NOW)
    page = ask(q="电竞探真")
    ways_on = page.context["ways_on"]
    assert (ways_on.words[0][0], parse_qs(ways_on.words[0][1].partition("?")[2])) == ("电镜", {"q": ["电镜"]})
    assert [(one[0], one[3]) for one in ways_on.categories] == [("分析仪器", 3)]
    links = re.findall(r'<a\s[^>]*href="([^"]+)"[^>]*>\s*([^<]+?)\s*<', page.content.decode())
    assert ("/instruments/?q=%E7%94%B5%E9%95%9C", "电镜") in links
    assert ("/instruments/?category=010000", "分析仪器") in links
    text = text_of(page)
    assert "云屏市科学技术局" in text
    assert "0999-1234567" in text
    assert "ways_on" not in ask(q="质谱").context


def test_day_without_a_whole_free_interval_leads_to_its_shorter_times(shop, ask):
    book(shop, slot(day=1, hour=9, length=2))
    page = ask(q="扫描电子", day="2026-03-03", begins="09:00", ends="12:00", vouchers="")
    assert names(page) == []
    day_address = page.context["ways_on"].day_address
    assert parse_qs(day_address.removeprefix("/timeline/?")) == {"q": ["扫描电子"], "day": ["2026-03-03"]}
    assert "2026年3月3日 周二 09:00–12:00没有可整段预约的仪器" in text_of(page)
    assert ask(q="没有这种仪器", day="2026-03-03").context["ways_on"].day_address == ""


@pytest.mark.parametrize(
    ("q", "orders"),
    [
        ("", ["最早可约", "价格", "名称"]),
        ("显微镜", ["最相关", "价格", "最早可约", "名称"]),
    ],
)
def test_each_order_is_named_once(shop, see, q, orders):
    page = see(None, "catalogue", **({"q": q} if q else {})).content.decode()
    (select,) = re.findall(r'<select name="sort".*?</select>', page, re.DOTALL)
    assert re.findall(r"<option[^>]*>([^<]+)</option>", select) == orders
